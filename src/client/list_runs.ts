import type { SupabaseClient } from "@supabase/supabase-js";
import type { Database } from "../database_types.ts";
import type { Answer } from "./call.ts";
import type { SyncRun, SyncRunStatus, SyncRunTrigger } from "./types.ts";

const PAGE = 50;
/** How many rows a Data API gives at once at most, by default. */
export const MOST_ROWS = 1_000;

/** Which runs, and how many. */
export interface ListRunsOptions {
  /** Only of this type. */
  readonly integrationType?: string | undefined;
  /** Only in one of these states. */
  readonly statuses?: readonly SyncRunStatus[] | undefined;
  /** Only those that were started by one of these. */
  readonly triggeredBy?: readonly SyncRunTrigger[] | undefined;
  /** Only those triggered at or after this instant. */
  readonly from?: Date | undefined;
  /** Only those triggered before this instant. */
  readonly to?: Date | undefined;
  /** Runs on a page: 50 if left out, 999 at most. */
  readonly limit?: number | undefined;
  /** `next` of the page before; the first page if left out. */
  readonly cursor?: string | null | undefined;
  /** Gives the request up. */
  readonly signal?: AbortSignal | undefined;
}

/** A page of runs. */
export interface RunPage {
  /** Newest first. */
  readonly runs: readonly SyncRun[];
  /** The cursor of the next page; null if this was the last one. */
  readonly next: string | null;
}

/**
 * The query of a page. It begins behind the last run of the page before and not at a count of rows, so that runs which
 * come in meanwhile are neither shown twice nor push one over the edge.
 */
export function queryRuns(
  supabase: SupabaseClient<Database>,
  orgId: string,
  options: ListRunsOptions,
): { abortSignal(signal: AbortSignal): PromiseLike<Answer<SyncRun[]>> } {
  const { integrationType, statuses, triggeredBy, from, to, cursor } = options;
  let query = supabase.from("sync_run_log").select().eq("org_id", orgId);
  if (integrationType) query = query.eq("integration_type", integrationType);
  if (statuses) query = query.in("status", statuses);
  if (triggeredBy) query = query.in("triggered_by", triggeredBy);
  if (from) query = query.gte("triggered_at", from.toISOString());
  if (to) query = query.lt("triggered_at", to.toISOString());
  if (cursor) {
    const [at, runId] = cursor.split("|");
    query = query.or(`triggered_at.lt."${at}",and(triggered_at.eq."${at}",run_id.lt.${runId})`);
  }
  const newestFirst = { ascending: false };
  return query.order("triggered_at", newestFirst).order("run_id", newestFirst).limit(lengthOf(options) + 1);
}

/**
 * The page in the rows of {@linkcode queryRuns}, which are one more than it holds, if there are more.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { toPage } from "./list_runs.ts";
 *
 * assert.deepEqual(toPage([], { limit: 10 }), { runs: [], next: null });
 * ```
 */
export function toPage(rows: readonly SyncRun[], options: ListRunsOptions): RunPage {
  const limit = lengthOf(options);
  const runs = rows.slice(0, limit);
  const last = runs.at(-1);
  return { runs, next: last && rows.length > limit ? `${last.triggered_at}|${last.run_id}` : null };
}

function lengthOf({ limit = PAGE }: ListRunsOptions): number {
  // One more is asked for.
  return Math.min(limit, MOST_ROWS - 1);
}
