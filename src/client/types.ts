import type { Database } from "../database_types.ts";

/** A run: a row of `public.sync_run_log`, with the columns' names and texts as the Data API sends them. */
export type SyncRun = Database["public"]["Tables"]["sync_run_log"]["Row"];

/** How far a run is; `succeeded`, `failed`, `cancelled` and `skipped` are final. */
export type SyncRunStatus = Database["public"]["Enums"]["sync_run_status"];

/** What started a run. */
export type SyncRunTrigger = Database["public"]["Enums"]["sync_run_trigger"];

/** The state of an entry of the outbox. */
export type SyncEntryState = Database["public"]["Enums"]["sync_entry_state"];

/** An integration: a row of `public.sync_integrations`. */
export type SyncIntegration = Database["public"]["Tables"]["sync_integrations"]["Row"];

/** An integration that was paused, and what the pause holds up. */
export type PausedIntegration = SyncIntegration & {
  /** The run that finishes its batch and then waits until the pause is over; null if there is none. */
  readonly active_run: SyncRun | null;
};

/** A row with some columns that may be null: the generator takes those of a function's table as never null. */
export type WithNulls<Row, Column extends keyof Row> =
  & Omit<Row, Column>
  & { [Name in Column]: Row[Name] | null };

/** What became of a slot: a row of `explain_sync_slots`. */
export type SyncSlot = WithNulls<
  Database["public"]["Functions"]["explain_sync_slots"]["Returns"][number],
  "reason" | "drift_seconds" | "run_id" | "retried_by_run_id"
>;

/** An integration with all that a page about it shows: a row of `sync_overview`. */
export type SyncOverview = WithNulls<
  Database["public"]["Functions"]["sync_overview"]["Returns"][number],
  Exclude<
    keyof Database["public"]["Functions"]["sync_overview"]["Returns"][number],
    | "integration_id"
    | "integration_type"
    | "type_name"
    | "enabled"
    | "time_zone"
    | "open_alerts"
    | "needs_decision"
    | "entry_rules"
    | "button_allowed"
  >
>;

/**
 * What the library uses of a supabase-js client. Any client of supabase-js 2 fits, whatever its `Database` type is:
 * that of your project need not know ours.
 */
export interface SupabaseLike {
  /** Calls a function of the database. */
  rpc(name: never, args?: never, options?: never): unknown;
  /** Begins a query. */
  from(table: never): unknown;
  /** Makes a Realtime channel. */
  channel(name: string, options?: never): unknown;
  /** Leaves a Realtime channel. */
  removeChannel(channel: never): Promise<unknown>;
  /** Realtime itself. */
  readonly realtime: {
    /** Makes Realtime take the token of the session, or of the caller. */
    setAuth(token?: never): Promise<void>;
  };
}

/**
 * Whether a run has ended: nothing of it changes any more.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { isFinal } from "./types.ts";
 *
 * assert.equal(isFinal({ status: "running" }), false);
 * assert.equal(isFinal({ status: "cancelled" }), true);
 * ```
 */
export function isFinal(run: Pick<SyncRun, "status">): boolean {
  return !isActive(run);
}

/**
 * Whether there is a run, and it is under way.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { isActive } from "./types.ts";
 *
 * assert.equal(isActive({ status: "pending" }), true);
 * assert.equal(isActive(null), false);
 * ```
 */
export function isActive<Run extends Pick<SyncRun, "status">>(
  run: Run | null | undefined,
): run is Run & { status: "pending" | "running" } {
  return run?.status === "pending" || run?.status === "running";
}
