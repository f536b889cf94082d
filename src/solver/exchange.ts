/** The one question that a solver has been asked and has not answered yet, and whether the solver lives. */
export type Exchange = {
  /** Sends a question by `send`, and waits for its reply; rejects if the solver has ended or ends meanwhile. */
  ask(send: () => void): Promise<string>;
  reply(output: string): void;
  /** The solver is gone; the first reason given is kept. */
  end(reason: string): void;
  ended(): boolean;
};

export function openExchange(): Exchange {
  let pending: { resolve(output: string): void; reject(error: Error): void } | undefined;
  let end: Error | undefined;
  return {
    ask: (send) =>
      new Promise((resolve, reject) => {
        if (end) return reject(end);
        pending = { resolve, reject };
        send();
      }),
    reply: (output) => pending?.resolve(output),
    end: (reason) => {
      end ??= new Error(reason);
      pending?.reject(end);
    },
    ended: () => end !== undefined,
  };
}
