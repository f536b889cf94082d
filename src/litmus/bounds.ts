/** How large a test may be: what the models can hold, and a search can go through. */
export const MOST_FILES = 4;
export const MOST_PAGES = 8;
/** Pages of a huge extent, which a PMD maps: they stand for the 512 of 2 MiB. */
export const PAGES_PER_PMD = 2;
export const MOST_BLOCKS = 16;
/** A lock word has a bit for each task, and one for those that died. */
export const MOST_TASKS = 3;
/** Of one task, in the course of a test: those that it unmapped count, too. */
export const MOST_MAPPINGS = 3;
/** Of one task. */
export const MOST_OPERATIONS = 12;
