import { ManualSyncController } from "../manual_sync/manual_sync_controller.ts";
import type { ManualSyncSnapshot } from "../manual_sync/manual_sync_state.ts";
import { SyncSchedulerRepository } from "../repository.ts";
import type { SyncOverview, SyncRun } from "../types.ts";
import { FakeSupabase } from "./fake_supabase.ts";
import { aRun } from "./run.ts";
import { TestEnvironment } from "./test_environment.ts";

/** An answer of supabase-js. */
export interface Answer {
  readonly data: unknown;
  readonly error: { readonly code: string; readonly message: string; readonly details?: string } | null;
  readonly status: number;
}

export const ok = (data: unknown): Answer => ({ data, error: null, status: 200 });
export const lost: Answer = {
  data: null,
  error: { code: "", message: "TypeError: fetch failed" },
  status: 0,
};
export const refused = (status: number, message: string, details: unknown = null): Answer => ({
  data: null,
  error: { code: `PT${status}`, message, details: JSON.stringify(details) },
  status,
});
export const cooldown = (seconds: number): Answer =>
  refused(429, "rate_limited", { retry_after_seconds: seconds, retry_at: "2026-11-25T12:05:00Z" });

/** Later states of the run that a press starts. */
export const running: SyncRun = aRun({
  status: "running",
  version: 2,
  started_at: "2026-11-25T12:00:01+00:00",
});
export const succeeded: SyncRun = aRun({
  status: "succeeded",
  version: 9,
  finished_at: "2026-11-25T12:01:00+00:00",
});

/** What `sync_overview` answers of an integration that may be pressed. */
export const overview = (changes: Partial<SyncOverview> = {}): Partial<SyncOverview>[] => [{
  integration_id: "i-1",
  integration_type: "xledger",
  active_run_id: null,
  button_allowed: true,
  button_message: null,
  button_details: null,
  ...changes,
}];

/** A controller, what surrounds it, and what it has shown. */
export interface ManualSyncTest {
  readonly supabase: FakeSupabase;
  readonly environment: TestEnvironment;
  readonly controller: ManualSyncController;
  /** Its states as `describeState` puts them, without repetitions. */
  readonly states: string[];
  /** The presses that were sent. */
  presses(): FakeSupabase["calls"];
}

/** A controller whose RPCs have these answers, one after the other, the last one again and again. */
export function setUp(answers: Record<string, unknown[]> = {}): ManualSyncTest {
  const supabase = new FakeSupabase(aRun());
  const environment = new TestEnvironment();
  supabase.answer = (name) => {
    const queue = answers[name] ?? [lost];
    return Promise.resolve(queue.length > 1 ? queue.shift() : queue[0]);
  };
  const nameOf = (id: string) => id === "kari" ? "Kari" : null;
  const syncs = new SyncSchedulerRepository(supabase, { environment, nameOf });
  const controller = new ManualSyncController(syncs, "o-1", "xledger");
  const states: string[] = [];
  controller.subscribe((sync) => {
    if (states.at(-1) !== describeState(sync)) states.push(describeState(sync));
  });
  const presses = () => supabase.calls.filter(({ name }) => name === "trigger_integration_sync");
  return { supabase, environment, controller, states, presses };
}

/** A snapshot in a few words. */
export function describeState(sync: ManualSyncSnapshot): string {
  return sync.state === "data"
    ? `data ${sync.run.status}`
    : sync.state === "error"
    ? `error ${sync.code}`
    : sync.state;
}
