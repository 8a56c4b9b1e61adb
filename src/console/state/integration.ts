import {
  ManualSyncController,
  type ManualSyncSource,
  type SyncRun,
  type SyncSchedulerRepository,
  type SyncSlot,
} from "../../client/mod.ts";
import { History } from "./history.ts";
import {
  countOutbox,
  fetchNextSlots,
  fetchUndecided,
  type OutboxCounts,
  type Withdrawal,
} from "./queries.ts";
import { Resource } from "./resource.ts";
import type { Client, Entry, NextSlot, Overview, Voucher } from "./types.ts";

/** How far back charts look. */
export const CHART_DAYS = 30;
const CHART_RUNS = 4_000;
const DAY_MS = 24 * 3600_000;

/** What an integration's part of the page needs of its surroundings. */
export interface IntegrationContext {
  readonly supabase: Client;
  readonly repository: SyncSchedulerRepository;
  readonly source: ManualSyncSource;
  readonly orgId: string;
  readonly ledgerUrl: string | null;
  changed(): void;
}

/** One integration as the page shows it, loaded when it is opened. */
export class IntegrationModel {
  /** What the button and the banner show, over one subscription. */
  readonly controller: ManualSyncController;
  readonly next: Resource<NextSlot[]>;
  readonly slots: Resource<SyncSlot[]>;
  readonly month: Resource<readonly SyncRun[]>;
  readonly undecided: Resource<Entry[]>;
  readonly counts: Resource<OutboxCounts>;
  readonly ledger: Resource<Voucher[]>;
  readonly history: History;
  /** What became of the last withdrawal on this page. */
  withdrawal: Withdrawal | null = null;

  constructor(private readonly context: IntegrationContext, readonly row: Overview) {
    const { supabase, repository, orgId } = context;
    const { integration_type: type, integration_id: id } = row;
    const resource = <T>(load: (signal: AbortSignal) => Promise<T>) => new Resource(load, context.changed);
    this.controller = new ManualSyncController(context.source, orgId, type);
    this.history = new History(repository, orgId, type, context.changed);
    this.next = resource((signal) => fetchNextSlots(supabase, orgId, type, signal));
    this.slots = resource((signal) => repository.explainSlots(orgId, type, { ...period(), signal }));
    this.month = resource((signal) => this.#fetchMonth(signal));
    this.undecided = resource((signal) => fetchUndecided(supabase, id, signal));
    this.counts = resource((signal) => countOutbox(supabase, id, signal));
    this.ledger = resource((signal) => this.#fetchLedger(signal));
  }

  /** Loads everything; again after something may have been missed. */
  refresh(): void {
    for (const part of this.#parts()) void part.refresh();
  }

  /** A run has begun, gone on or ended. */
  onRun(run: SyncRun, isNew: boolean): void {
    this.history.patch(run);
    if (isNew) void this.history.refresh();
    if (run.finished_at === null) return;
    for (const part of this.#parts()) if (part !== this.history) void part.refresh();
  }

  dispose(): void {
    this.controller.dispose();
    for (const part of this.#parts()) part.dispose();
  }

  #parts(): (Resource<unknown> | History)[] {
    const parts = [this.next, this.slots, this.month, this.undecided, this.counts, this.history];
    return this.context.ledgerUrl === null ? parts : [...parts, this.ledger];
  }

  /** The newest come first: of a schedule of every few minutes the charts leave out the oldest. */
  async #fetchMonth(signal: AbortSignal): Promise<readonly SyncRun[]> {
    const { runs } = await this.context.repository.listRuns(this.context.orgId, {
      integrationType: this.row.integration_type,
      from: period().from,
      limit: CHART_RUNS,
      signal,
    });
    return runs;
  }

  async #fetchLedger(signal: AbortSignal): Promise<Voucher[]> {
    const { ledgerUrl, orgId } = this.context;
    // One fake serves all organisations: without theirs the page would show what others exported.
    const response = await fetch(`${ledgerUrl}/${this.row.integration_type}?org=${orgId}`, { signal });
    if (!response.ok) throw new Error(`The development server answered ${response.status}.`);
    return await response.json();
  }
}

function period(): { from: Date; to: Date } {
  const now = Date.now();
  return { from: new Date(now - CHART_DAYS * DAY_MS), to: new Date(now) };
}
