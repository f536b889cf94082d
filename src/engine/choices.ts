/** Running something once for each combination of the choices that it makes. */

export interface Choices {
  /** A number below `count`, in each run another until all were there. */
  choose(count: number): number;
  /** Runs something for all combinations of its own choices; it may do so itself, with choices of its own. */
  exhaust(what: () => void): void;
}

const RUNS_BETWEEN_CHECKS = 1000;

/** Once `expired` says so, no more combinations are tried. */
export function createChoices(expired: () => boolean): Choices {
  let path: number[] = [];
  let widths: number[] = [];
  let depth = 0;
  let runs = 0;

  function next(): boolean {
    while (path.length > 0) {
      const last = path.length - 1;
      const other = (path[last] as number) + 1;
      if (other < (widths[last] as number)) {
        path[last] = other;
        return true;
      }
      path.pop();
      widths.pop();
    }
    return false;
  }

  return {
    choose(count) {
      if (count === 1) return 0;
      if (depth === path.length) {
        path.push(0);
        widths.push(count);
      }
      return path[depth++] as number;
    },
    exhaust(what) {
      const [outerPath, outerWidths, outerDepth] = [path, widths, depth];
      [path, widths] = [[], []];
      do {
        depth = 0;
        what();
        if (++runs % RUNS_BETWEEN_CHECKS === 0 && expired()) path = [];
      } while (next());
      [path, widths, depth] = [outerPath, outerWidths, outerDepth];
    },
  };
}
