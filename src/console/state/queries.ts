import { askFunction, type CountedAnswer, toPart } from "../../client/count_rows.ts";
import { describeError, type FailedAnswer, readError, SyncSchedulerError } from "../../client/mod.ts";
import { type Part, readAll } from "../../client/read_all.ts";
import type { Alert, Client, Entry, NextSlot, Organisation, Role, TimelineStep } from "./types.ts";

/** What the library has no method for, under the same row level security. Each list is read to its end, or to these. */
const MOST_OPEN = 100;
const MOST_OVER = 10;
const MOST_UNDECIDED = 50;
/** As far as one answer goes: that is enough to know whether it is the last. */
const ESTIMATE = { count: "estimated" } as const;

/** The organisations of the person, by name. */
export async function fetchOrganisations(supabase: Client, userId: string): Promise<Organisation[]> {
  const memberships = await rows(
    (first, last) =>
      supabase.from("organization_members").select("org_id, role, organizations(name)", ESTIMATE).eq(
        "user_id",
        userId,
      )
        .order("org_id").range(first, last),
    ({ org_id }) => org_id,
  );
  return memberships
    .map(({ org_id, role, organizations }) => ({
      id: org_id,
      name: (organizations as { name?: string } | null)?.name ?? org_id,
      role: role as Role,
    }))
    .sort((a, b) => a.name.localeCompare(b.name, "nb"));
}

/** What is open first, and the newest of what is over: of the organisation, of vendors, and of the installation. */
export async function fetchAlerts(supabase: Client, orgId: string, signal: AbortSignal): Promise<Alert[]> {
  const query = () =>
    supabase.from("sync_alerts").select("*", ESTIMATE).or(`org_id.eq.${orgId},org_id.is.null`)
      .order("last_seen_at", { ascending: false }).order("alert_id");
  const [open, over] = await Promise.all([
    rows(
      (first, last) => query().is("resolved_at", null).range(first, last).abortSignal(signal),
      ({ alert_id }) => alert_id,
      MOST_OPEN,
    ),
    rows(
      (first, last) => query().not("resolved_at", "is", null).range(first, last).abortSignal(signal),
      ({ alert_id }) => alert_id,
      MOST_OVER,
    ),
  ]);
  return [...open, ...over];
}

/** Records that a person takes care of it. */
export async function acknowledgeAlert(supabase: Client, alertId: string): Promise<Alert> {
  return unwrap(await supabase.rpc("acknowledge_sync_alert", { alert_id: alertId }));
}

/** The next five slots. */
export async function fetchNextSlots(
  supabase: Client,
  orgId: string,
  integrationType: string,
  signal: AbortSignal,
): Promise<NextSlot[]> {
  const args = { org_id: orgId, integration_type: integrationType, n: 5 };
  return await rowsOf<NextSlot>(supabase, "preview_sync_schedule", args, signal);
}

/** Where a run's time went. */
export async function fetchTimeline(
  supabase: Client,
  runId: string,
  signal: AbortSignal,
): Promise<TimelineStep[]> {
  return await rowsOf<TimelineStep>(supabase, "sync_run_timeline", { run_id: runId }, signal);
}

/** What becomes of an entry, or of all entries of a batch as it was last sent. */
export type Decision =
  | (Pick<Entry, "entry_key" | "state" | "sent_at" | "decided_at" | "conflict_at"> & {
    readonly resolution: string;
  })
  | { readonly batch_id: string; readonly sent_at: string; readonly resolution: string };

/** Decides what becomes of entries. */
export async function settleEntry(
  supabase: Client,
  decision: {
    org_id: string;
    integration_type: string;
    entries: Decision[];
    reason: string;
  },
): Promise<void> {
  unwrap(await supabase.rpc("settle_sync_entries", decision));
}

/** What became of a withdrawal: how many entries are withdrawn, and which were not, and why. */
export interface Withdrawal {
  readonly withdrawn: number;
  readonly refused: readonly { readonly entry_key: string; readonly reason: string }[];
}

/** Takes entries back that have not left. */
export async function withdrawEntries(
  supabase: Client,
  withdrawal: { org_id: string; integration_type: string; entry_keys: string[]; reason: string },
): Promise<Withdrawal> {
  // The function's result is JSON to the types.
  return unwrap(await supabase.rpc("withdraw_sync_entries", withdrawal)) as unknown as Withdrawal;
}

/** Entries about which a person must decide. */
export async function fetchUndecided(
  supabase: Client,
  integrationId: string,
  signal: AbortSignal,
): Promise<Entry[]> {
  return await rows(
    (first, last) =>
      supabase.from("sync_export_entries").select("*", ESTIMATE).eq("integration_id", integrationId)
        .eq("undecided", true).order("document_number").order("entry_id")
        .range(first, last).abortSignal(signal),
    ({ entry_id }) => entry_id,
    MOST_UNDECIDED,
  );
}

/** Which states the outbox counts. What a worker sends at this moment is counted by its run. */
const IS_COUNTED = {
  pending: true,
  sending: false,
  unknown: true,
  exported: false,
  rejected: false,
  withdrawn: false,
} as const satisfies Readonly<Record<Entry["state"], boolean>>;
type CountedState = {
  [State in Entry["state"]]: (typeof IS_COUNTED)[State] extends true ? State : never;
}[Entry["state"]];

/** How many entries are in each state that is counted. */
export type OutboxCounts = Readonly<Record<CountedState, number>>;

/** Counts the outbox. */
export async function countOutbox(
  supabase: Client,
  integrationId: string,
  signal: AbortSignal,
): Promise<OutboxCounts> {
  const states = (Object.keys(IS_COUNTED) as Entry["state"][]).filter((state) => IS_COUNTED[state]);
  const counts = await Promise.all(states.map(async (state) => {
    const answer = await supabase.from("sync_export_entries")
      .select("entry_key", { count: "exact", head: true }).eq("integration_id", integrationId)
      .eq("state", state).abortSignal(signal);
    unwrap(answer);
    return [state, answer.count ?? 0];
  }));
  return Object.fromEntries(counts);
}

/** The rows of a query, however few come at once. */
async function rows<Row>(
  ask: (first: number, last: number) => PromiseLike<CountedAnswer<Row>>,
  idOf: (row: Row) => unknown,
  most?: number,
): Promise<Row[]> {
  const read = async (_last: unknown, wanted: number, known: number) =>
    unwrap<Part<Row>>(toPart(await ask(known, known + wanted - 1), known));
  return (await readAll<Row>({ ask: read, idOf, most })).rows;
}

/** The rows of a function, however few come at once. */
async function rowsOf<Row>(
  supabase: Client,
  name: string,
  args: unknown,
  signal: AbortSignal,
): Promise<Row[]> {
  const read = async (_last: unknown, _wanted: number, known: number) =>
    unwrap<Part<Row>>(await askFunction(supabase, name, args, signal, known));
  return (await readAll<Row>({ ask: read, idOf: (row) => JSON.stringify(row) })).rows;
}

/** What was asked for; an error is one of the library's, in its words. */
function unwrap<T>(answer: { data: T; error: null } | FailedAnswer & { data: null }): T {
  if (answer.error === null) return answer.data;
  const error = new SyncSchedulerError(readError(answer));
  throw error.with({ message: describeError(error) });
}
