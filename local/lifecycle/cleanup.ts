/** A part that hangs must not keep the others alive. Removing some hundred megabytes takes long on a busy machine. */
const STEP_LIMIT_MS = 60_000;

/** What has been started so far and must be stopped, in reverse. */
export class CleanupStack {
  readonly #steps: { readonly name: string; readonly stop: () => Promise<void> | void }[] = [];
  #closing: Promise<void> | undefined;

  /** Whether stopping has begun: what starts from now on has to stop itself. */
  get isClosing(): boolean {
    return this.#closing !== undefined;
  }

  /** Remembers how to stop something; stops it at once when everything is already being stopped. */
  async add(name: string, stop: () => Promise<void> | void): Promise<void> {
    if (this.#closing !== undefined) {
      await stop();
      throw new Error("The local platform was stopped while it started.");
    }
    this.#steps.push({ name, stop });
  }

  /** Stops everything once, however often it is called. One failure does not keep the others from stopping. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const failures: unknown[] = [];
    for (const step of this.#steps.reverse()) {
      try {
        await within(STEP_LIMIT_MS, step.stop());
      } catch (cause) {
        failures.push(new Error(`Could not stop ${step.name}.`, { cause }));
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, "The local platform did not stop cleanly.");
  }
}

async function within(limitMs: number, work: Promise<void> | void): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`It took longer than ${limitMs / 1000} s.`)), limitMs);
  });
  try {
    await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
