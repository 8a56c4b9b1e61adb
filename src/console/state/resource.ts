/** Something that is loaded, with what is known of it: the last value stays while a newer one is on its way. */
export class Resource<T> {
  value: T | null = null;
  error: Error | null = null;
  isLoading = false;
  #request: AbortController | undefined;

  constructor(
    private readonly load: (signal: AbortSignal) => Promise<T>,
    private readonly changed: () => void,
  ) {}

  /** Asks again; an answer that is overtaken by a newer question is dropped. */
  async refresh(): Promise<void> {
    this.#request?.abort();
    const request = new AbortController();
    this.#request = request;
    this.isLoading = true;
    this.changed();
    try {
      const value = await this.load(request.signal);
      if (request.signal.aborted) return;
      this.value = value;
      this.error = null;
    } catch (error) {
      if (request.signal.aborted) return;
      this.error = error instanceof Error ? error : new Error(String(error));
    }
    this.isLoading = false;
    this.changed();
  }

  /** Puts in what is known without asking. */
  set(value: T): void {
    this.value = value;
    this.changed();
  }

  /** The answer is no longer wanted. */
  dispose(): void {
    this.#request?.abort();
  }
}
