import type { SyncRun, SyncRunStatus, SyncRunTrigger, SyncSchedulerRepository } from "../../client/mod.ts";

const PAGE = 12;

/** What the history is narrowed down to; null lets everything through. */
export interface HistoryFilter {
  readonly status: SyncRunStatus | null;
  readonly triggeredBy: SyncRunTrigger | null;
}

/** The runs of an integration, newest first, a page at a time. */
export class History {
  runs: SyncRun[] | null = null;
  error: Error | null = null;
  isLoading = false;
  filter: HistoryFilter = { status: null, triggeredBy: null };
  next: string | null = null;
  #request: AbortController | undefined;

  constructor(
    private readonly repository: SyncSchedulerRepository,
    private readonly orgId: string,
    private readonly integrationType: string,
    private readonly changed: () => void,
  ) {}

  /** Narrows it down, from the first page. */
  narrow(filter: Partial<HistoryFilter>): void {
    this.filter = { ...this.filter, ...filter };
    this.runs = null;
    void this.refresh();
  }

  /** All that is shown again: what a person has opened does not close because a new run has begun. */
  refresh(): Promise<void> {
    return this.#load(null, Math.max(PAGE, this.runs?.length ?? 0));
  }

  /** One page more. */
  more(): Promise<void> {
    return this.#load(this.next, PAGE);
  }

  /** A run has changed. */
  patch(run: SyncRun): void {
    this.runs =
      this.runs?.map((old) => old.run_id === run.run_id && old.version <= run.version ? run : old) ?? null;
  }

  dispose(): void {
    this.#request?.abort();
  }

  async #load(cursor: string | null, limit: number): Promise<void> {
    this.#request?.abort();
    const request = new AbortController();
    this.#request = request;
    this.isLoading = true;
    this.changed();
    const { status, triggeredBy } = this.filter;
    try {
      const page = await this.repository.listRuns(this.orgId, {
        integrationType: this.integrationType,
        ...(status === null ? {} : { statuses: [status] }),
        ...(triggeredBy === null ? {} : { triggeredBy: [triggeredBy] }),
        limit,
        cursor,
        signal: request.signal,
      });
      // An answer that was there already when it was overtaken.
      if (request.signal.aborted) return;
      this.runs = [...(cursor === null ? [] : this.runs ?? []), ...page.runs];
      this.next = page.next;
      this.error = null;
    } catch (error) {
      if (request.signal.aborted) return;
      this.error = error as Error;
    }
    this.isLoading = false;
    this.changed();
  }
}
