interface Table {
  readonly length: number;
  get(index: number): unknown;
  set(index: number, entry: unknown): void;
}

/**
 * Makes calls by pointer quicker in WebAssembly modules that are built with emscripten's debug checks, as the one of
 * z3-solver is: at every such call they get the function from the table once more, to compare it, and that takes up
 * to a third of Z3's time (measured with Node 20). From now on what was got from a table is kept until something is
 * stored in one.
 */
export function rememberTableEntries(): void {
  const { prototype } = (globalThis as unknown as { WebAssembly: { Table: { prototype: Table } } })
    .WebAssembly.Table;
  const { get, set } = prototype;
  let table: Table | null = null;
  let entries: unknown[] = [];
  prototype.get = function (index) {
    if (this !== table) {
      table = this;
      entries = new Array(this.length);
    }
    const known = entries[index];
    if (known !== undefined) return known;
    const entry = get.call(this, index);
    entries[index] = entry;
    return entry;
  };
  prototype.set = function (index, entry) {
    table = null;
    set.call(this, index, entry);
  };
}
