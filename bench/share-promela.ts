/**
 * The share system of specs/reference/share.ts in Promela, each of its operations one step, so that the
 * reachable states are the same but for one: SPIN counts the state before the processes run, too.
 */

const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i);

export function sharePromela(pages: number, files: number): string {
  return `#define PAGES ${pages}
#define FILES ${files}
#define NOBODY 0
#define SHARED (FILES + 1)
#define OFFSET 4
#define ENTRY(f, p) (((f) - 1) * PAGES + (p))

byte mapping[PAGES];
byte word[PAGES];              /* index, or the share count */
byte entries[PAGES];           /* how many of present[] are set */
bool present[FILES * PAGES];
bool locked[FILES * PAGES];

#define OWNERSHIP_HOLDS(p) assert((mapping[p] != SHARED || word[p] == entries[p]) && \\
  (entries[p] != 0 || (mapping[p] == NOBODY && word[p] == 0)) && \\
  (mapping[p] == NOBODY || mapping[p] == SHARED || (present[ENTRY(mapping[p], p)] && entries[p] == 1 && word[p] == OFFSET)))

proctype Entry(byte f; byte p) {
idle:
  atomic { !locked[ENTRY(f, p)] -> locked[ENTRY(f, p)] = true }
  if
  :: d_step { entries[p] == 0 ->
       mapping[p] = f; word[p] = OFFSET; present[ENTRY(f, p)] = true; entries[p]++; OWNERSHIP_HOLDS(p) }
  :: d_step { !present[ENTRY(f, p)] ->
       if
       :: mapping[p] == SHARED -> skip
       :: mapping[p] == NOBODY -> mapping[p] = SHARED
       :: else -> word[p] = 1; mapping[p] = SHARED
       fi;
       word[p]++; present[ENTRY(f, p)] = true; entries[p]++; OWNERSHIP_HOLDS(p) }
  :: d_step { present[ENTRY(f, p)] ->
       present[ENTRY(f, p)] = false; entries[p]--;
       if
       :: mapping[p] == SHARED -> word[p]--; if :: word[p] == 0 -> mapping[p] = NOBODY :: else -> skip fi
       :: else -> mapping[p] = NOBODY; word[p] = 0
       fi;
       OWNERSHIP_HOLDS(p) }
  fi;
  d_step { locked[ENTRY(f, p)] = false }
  goto idle
}

proctype Failure() {
  byte page, owner, file;
  bool collected;
idle:
  if
${numbers(pages)
  .map((p) => `  :: d_step { page = ${p}; owner = mapping[${p}] }`)
  .join('\n')}
  fi;
  if
  :: d_step { owner == NOBODY -> page = 0 } goto idle
  :: d_step { owner == SHARED -> file = 1 } goto byFile
  :: d_step { owner != NOBODY && owner != SHARED -> skip }
  fi;
  d_step { !locked[ENTRY(owner, page)] -> locked[ENTRY(owner, page)] = true }
  d_step { collected = (mapping[page] == owner) }
  d_step { locked[ENTRY(owner, page)] = false; page = 0; owner = NOBODY; collected = false }
  goto idle;
byFile:
  atomic { !locked[ENTRY(file, page)] -> locked[ENTRY(file, page)] = true }
  d_step { collected = present[ENTRY(file, page)] }
  if
  :: d_step { file < FILES -> locked[ENTRY(file, page)] = false; file++; collected = false } goto byFile
  :: d_step { file == FILES ->
       locked[ENTRY(file, page)] = false; page = 0; owner = NOBODY; file = 0; collected = false } goto idle
  fi
}

init {
  atomic {
${numbers(files)
  .flatMap((f) => numbers(pages).map((p) => `    run Entry(${f + 1}, ${p});`))
  .join('\n')}
    run Failure()
  }
}
`;
}
