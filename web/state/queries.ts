import { describeError, type FailedAnswer, readError, SyncSchedulerError } from "../../src/client/mod.ts";
import type { Alert, Client, Entry, NextSlot, Organisation, Role, TimelineStep } from "./types.ts";

/** What the library has no method for, under the same row level security. */

/** The organisations of the person, by name. */
export async function fetchOrganisations(supabase: Client, userId: string): Promise<Organisation[]> {
  const memberships = unwrap(
    await supabase.from("organization_members").select("org_id, role, organizations(name)").eq(
      "user_id",
      userId,
    ),
  );
  return memberships
    .map(({ org_id, role, organizations }) => ({
      id: org_id,
      name: (organizations as { name?: string } | null)?.name ?? org_id,
      role: role as Role,
    }))
    .sort((a, b) => a.name.localeCompare(b.name, "nb"));
}

/** What is open first, and the newest of what is over. */
export async function fetchAlerts(supabase: Client, signal: AbortSignal): Promise<Alert[]> {
  const query = () => supabase.from("sync_alerts").select().order("last_seen_at", { ascending: false });
  const [open, over] = await Promise.all([
    query().is("resolved_at", null).limit(100).abortSignal(signal),
    query().not("resolved_at", "is", null).limit(10).abortSignal(signal),
  ]);
  return [...unwrap(open), ...unwrap(over)];
}

/** Says that somebody has seen it. */
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
  return unwrap(await supabase.rpc("preview_sync_schedule", args).abortSignal(signal));
}

/** Where a run's time went. */
export async function fetchTimeline(
  supabase: Client,
  runId: string,
  signal: AbortSignal,
): Promise<TimelineStep[]> {
  return unwrap(await supabase.rpc("sync_run_timeline", { run_id: runId }).abortSignal(signal));
}

/** Decides what becomes of entries. */
export async function settleEntry(
  supabase: Client,
  decision: {
    org_id: string;
    integration_type: string;
    entries: { entry_key: string; resolution: string }[];
    reason: string;
  },
): Promise<void> {
  unwrap(await supabase.rpc("settle_sync_entries", decision));
}

/** Entries that wait for a person's decision. */
export async function fetchUndecided(
  supabase: Client,
  integrationId: string,
  signal: AbortSignal,
): Promise<Entry[]> {
  return unwrap(
    await supabase.from("sync_export_entries").select().eq("integration_id", integrationId)
      .or("state.eq.rejected,conflict_at.not.is.null").order("document_number").limit(50).abortSignal(signal),
  );
}

/** How many entries wait for their export, and how many of unknown outcome. */
export async function countWaiting(
  supabase: Client,
  integrationId: string,
  signal: AbortSignal,
): Promise<{ pending: number; unknown: number }> {
  const count = async (state: "pending" | "unknown") => {
    const answer = await supabase.from("sync_export_entries")
      .select("entry_key", { count: "exact", head: true }).eq("integration_id", integrationId)
      .eq("state", state).abortSignal(signal);
    unwrap(answer);
    return answer.count ?? 0;
  };
  const [pending, unknown] = await Promise.all([count("pending"), count("unknown")]);
  return { pending, unknown };
}

/** What was asked for; an error is one of the library's, in its words. */
function unwrap<T>(answer: { data: T; error: null } | FailedAnswer & { data: null }): T {
  if (answer.error === null) return answer.data;
  const error = new SyncSchedulerError(readError(answer));
  throw error.with({ message: describeError(error) });
}
