/** How states that differ in an exchange of what cannot be told apart become one. */

export interface Settler {
  /**
   * Makes `compiled.state` the state that stands for it; gives the number of the exchange of CPUs that this took, 0 for
   * none. Errors: Uneven.
   */
  settle(): number;
  /** A mask of CPUs after an exchange. */
  moved(mask: number, exchange: number): number;
  /**
   * A CPU that waits for itself in `compiled.state`, which it will not for long, takes that step; gives its number, -1
   * where there is none. Settled states have none. Errors: Uneven.
   */
  passTurn(): number;
}

/** A CPU waits for itself and is a reader: it waits for ever, and another would not. */
export class Uneven extends Error {}
