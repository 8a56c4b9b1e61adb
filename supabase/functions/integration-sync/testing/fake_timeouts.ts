/** The time limits that were asked of `AbortSignal.timeout` while it was replaced. */
export interface FakeTimeouts extends Disposable {
  /** In milliseconds, in the order in which they were asked for. */
  readonly limits: readonly number[];
  /** Lets every limit so far pass at once. */
  expire(): void;
}

/**
 * Replaces `AbortSignal.timeout` until it is disposed of: a time limit passes when the test says so. A limit that is
 * far too long fails the test at once instead of holding it up.
 */
export function fakeTimeouts(): FakeTimeouts {
  const real = AbortSignal.timeout;
  const limits: number[] = [];
  const running: AbortController[] = [];
  AbortSignal.timeout = (milliseconds) => {
    limits.push(milliseconds);
    const timeout = new AbortController();
    running.push(timeout);
    return timeout.signal;
  };
  return {
    limits,
    expire: () => running.forEach((one) => one.abort(new DOMException("Signal timed out.", "TimeoutError"))),
    [Symbol.dispose]: () => {
      AbortSignal.timeout = real;
    },
  };
}

/** A fetch that is never answered: it ends by its signal alone. `asked` resolves with each request's signal. */
export function hangingFetch(): { readonly fetch: typeof fetch; readonly asked: Promise<AbortSignal> } {
  const asked = Promise.withResolvers<AbortSignal>();
  return {
    asked: asked.promise,
    fetch: (input, init) => {
      const signal = init?.signal ?? (input instanceof Request ? input.signal : new AbortController().signal);
      asked.resolve(signal);
      return new Promise((_resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        signal.addEventListener("abort", () => reject(signal.reason));
      });
    },
  };
}
