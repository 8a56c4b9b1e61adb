import type { SupabaseClient } from "@supabase/supabase-js";
import type { Database } from "../database_types.ts";
import type { CountedAnswer } from "./count_rows.ts";
import { type Part, readAll } from "./read_all.ts";
import type { SyncRun, SyncRunStatus, SyncRunTrigger } from "./types.ts";

const PAGE = 50;

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
  /** Runs on a page: 50 if left out. */
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

/** A question about runs. */
export type RunQuery = { abortSignal(signal: AbortSignal): PromiseLike<CountedAnswer<SyncRun>> };

/**
 * A page of runs, however few the Data API gives at once. It begins behind the last run of the page before, not at a
 * count of rows. So runs that begin meanwhile neither appear twice nor push another run out.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { listRuns } from "./list_runs.ts";
 *
 * const builder: unknown = new Proxy(() => builder, { get: () => builder });
 * const page = await listRuns({ from: () => builder } as never, "o-1", {}, () => Promise.resolve({ rows: [], left: 0 }));
 * assert.deepEqual(page, { runs: [], next: null });
 * ```
 */
export async function listRuns(
  supabase: Pick<SupabaseClient<Database>, "from">,
  orgId: string,
  { cursor, limit = PAGE, ...filters }: ListRunsOptions,
  ask: (query: RunQuery) => Promise<Part<SyncRun>>,
): Promise<RunPage> {
  // The cursor also knows how long an answer may be: whether the next one is the last.
  const [triggered_at = "", run_id = "", known] = cursor?.split("|") ?? [];
  const { rows, longest } = await readAll<Pick<SyncRun, "triggered_at" | "run_id">>({
    ask: (last, wanted) =>
      ask(queryRuns(supabase, orgId, filters, last ?? (cursor ? { triggered_at, run_id } : null), wanted)),
    idOf: (run) => run.run_id,
    // One more than the page holds, if there are more.
    most: limit + 1,
    longest: Number(known) || 0,
  });
  const runs = rows.slice(0, limit) as SyncRun[];
  const last = runs.at(-1);
  const next = last && rows.length > limit ? [last.triggered_at, last.run_id, longest].join("|") : null;
  return { runs, next };
}

function queryRuns(
  supabase: Pick<SupabaseClient<Database>, "from">,
  orgId: string,
  { integrationType, statuses, triggeredBy, from, to }: ListRunsOptions,
  last: Pick<SyncRun, "triggered_at" | "run_id"> | null,
  wanted: number,
): RunQuery {
  // Without a count: PostgREST counts in no order, for which Postgres may look at every run behind the cursor.
  let query = supabase.from("sync_run_log").select("*").eq("org_id", orgId);
  if (integrationType) query = query.eq("integration_type", integrationType);
  if (statuses) query = query.in("status", statuses);
  if (triggeredBy) query = query.in("triggered_by", triggeredBy);
  if (from) query = query.gte("triggered_at", from.toISOString());
  if (to) query = query.lt("triggered_at", to.toISOString());
  if (last) {
    const { triggered_at: at, run_id } = last;
    // The range is where an index starts; an `or` alone is a filter of all that comes before it.
    query = query.lte("triggered_at", at)
      .or(`triggered_at.lt."${at}",and(triggered_at.eq."${at}",run_id.lt.${run_id})`);
  }
  const newestFirst = { ascending: false };
  return query.order("triggered_at", newestFirst).order("run_id", newestFirst).limit(wanted);
}
