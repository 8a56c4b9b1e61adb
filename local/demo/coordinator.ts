import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { z } from "zod";
import { SyncSchedulerRepository } from "../../src/client/mod.ts";

/** After this the demo gives a run up. */
const LIMIT_MS = 120_000;

/** A row of `public.sync_run_log`, as far as the demo shows it. */
export const Run = z.object({
  run_id: z.string(),
  status: z.enum(["pending", "running", "succeeded", "failed", "cancelled", "skipped"]),
  entries_total: z.number().nullable(),
  entries_done: z.number().nullable(),
  entries_failed: z.number().nullable(),
  error_code: z.string().nullable(),
  error_message: z.string().nullable(),
});
export type Run = z.infer<typeof Run>;

/** How a press of the trigger was refused. */
export interface TriggerRefused {
  readonly code: string;
  readonly message: string;
  readonly details: unknown;
}

/** What became of a slot, as `explain_sync_slots` says. */
export const Slot = z.object({
  state: z.string(),
  reason: z.string().nullable(),
  drift_seconds: z.coerce.number().nullable(),
  run_id: z.string().nullable(),
});
export type Slot = z.infer<typeof Slot>;

/** A person of the seeded organisation who may press the trigger, with nothing but the client library. */
export interface Coordinator {
  readonly organization: { readonly id: string; readonly name: string };
  /** Presses the trigger. */
  trigger(): Promise<{ run: Run } | { refusal: TriggerRefused }>;
  /** The run as it is now. */
  run(runId: string): Promise<Run>;
  /** The run live, again and again until it has ended, which is the last that is given. */
  watch(run: Run): AsyncIterable<Run>;
  /** What the database says was exported by the run. */
  exported(runId: string): Promise<number>;
  /** Saves a schedule in UTC, which only an admin may; returns the first slot. */
  saveSchedule(schedule: string): Promise<Date>;
  /** What became of the slot. */
  explain(slot: Date): Promise<Slot | undefined>;
  signOut(): Promise<void>;
}

const Membership = z.object({ org_id: z.string(), organizations: z.object({ name: z.string() }) });

/** Signs in and finds the person's organisation with its webhook integration. */
export async function signIn(
  apiUrl: string,
  publishableKey: string,
  role: "coordinator" | "admin" = "coordinator",
): Promise<Coordinator> {
  const supabase: SupabaseClient = createClient(apiUrl, publishableKey, { auth: { persistSession: false } });
  const { data: signedIn, error } = await supabase.auth.signInWithPassword({
    email: `${role}@example.test`,
    password: "password123",
  });
  if (error !== null) throw new Error(`The ${role} could not sign in.`, { cause: error });

  const membership = Membership.parse(unwrap(
    await supabase.from("organization_members").select("org_id, organizations(name)")
      .eq("user_id", signedIn.user.id).eq("role", role).limit(1).single(),
  ));
  const integration = unwrap(
    await supabase.from("sync_integrations").select("id")
      .eq("org_id", membership.org_id).eq("integration_type", "webhook").limit(1).single(),
  );
  if (integration === null) throw new Error("The organisation has no webhook integration.");
  const syncs = new SyncSchedulerRepository(supabase);
  const target = { org_id: membership.org_id, integration_type: "webhook" };

  return {
    organization: { id: membership.org_id, name: membership.organizations.name },
    async trigger() {
      const { data, error } = await supabase.rpc("trigger_integration_sync", target);
      if (error === null) return { run: Run.parse(data) };
      return { refusal: { code: error.code, message: error.message, details: parseDetails(error.details) } };
    },
    run: (runId) => syncs.getRun(runId),
    watch: ({ run_id }) => syncs.watchRun(run_id, { signal: AbortSignal.timeout(LIMIT_MS) }),
    async exported(runId) {
      const { count, error } = await supabase.from("sync_export_entries")
        .select("entry_key", { count: "exact", head: true }).eq("run_id", runId).eq("state", "exported");
      if (error !== null) throw new Error("Could not count the exported entries.", { cause: error });
      return count ?? 0;
    },
    async saveSchedule(schedule) {
      const integration = unwrap(
        await supabase.rpc("configure_integration_sync", {
          ...target,
          changes: { schedule, time_zone: "UTC" },
          reason: "The demo",
        }),
      );
      return new Date(z.object({ next_run_at: z.string() }).parse(integration).next_run_at);
    },
    async explain(slot) {
      const slots = unwrap(
        await supabase.rpc("explain_sync_slots", {
          ...target,
          from: slot.toISOString(),
          to: new Date(slot.getTime() + 60_000).toISOString(),
        }),
      );
      return z.array(Slot).parse(slots)[0];
    },
    async signOut() {
      await supabase.realtime.disconnect();
      await supabase.auth.signOut();
    },
  };
}

function unwrap(answer: { data: unknown; error: { message: string } | null }): unknown {
  if (answer.error !== null) {
    throw new Error(`The Data API refused: ${answer.error.message}`, { cause: answer.error });
  }
  return answer.data;
}

function parseDetails(details: string | null): unknown {
  try {
    return JSON.parse(details ?? "null");
  } catch {
    return details;
  }
}
