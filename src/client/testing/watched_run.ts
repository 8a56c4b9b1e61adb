import assert from "node:assert/strict";
import { SyncSchedulerRepository } from "../repository.ts";
import type { SyncRun } from "../types.ts";
import { FakeSupabase } from "./fake_supabase.ts";
import { aRun } from "./run.ts";
import { settle, TestEnvironment } from "./test_environment.ts";

export const running = (version: number, changes: Partial<SyncRun> = {}): SyncRun =>
  aRun({ status: "running", started_at: "2026-11-25T12:00:01+00:00", version, ...changes });
export const succeeded = (version: number): SyncRun =>
  running(version, { status: "succeeded", finished_at: "2026-11-25T12:01:00+00:00" });

/** A watcher of a run. */
export interface Watched {
  readonly supabase: FakeSupabase;
  readonly environment: TestEnvironment;
  /** Everything that it has said so far. */
  readonly said: string[];
  readonly abort: AbortController;
  /** Resolves when it has said its last word. */
  readonly over: Promise<unknown>;
}

/** A watcher of a pending run. */
export async function setUp(first: SyncRun = aRun()): Promise<Watched> {
  const supabase = new FakeSupabase(first);
  const environment = new TestEnvironment();
  const syncs = new SyncSchedulerRepository(supabase, { environment });
  const said: string[] = [];
  const abort = new AbortController();
  const over = (async () => {
    for await (const run of syncs.watchRun("r-1", { signal: abort.signal })) {
      said.push(`${run.status} ${run.version}`);
    }
  })().then(() => said.push("end"), (error) => said.push(`${error.code ?? error.message}`));
  await settle();
  return { supabase, environment, said, abort, over };
}

/** A channel that Realtime has confirmed. */
export async function setUpLive(first: SyncRun = aRun()): Promise<Watched> {
  const all = await setUp(first);
  all.supabase.joined.goLive();
  await settle();
  return all;
}

/** Fails if a timer runs or a channel is joined. */
export function assertNothingIsLeft(
  { supabase, environment }: Pick<Watched, "supabase" | "environment">,
): void {
  assert.equal(environment.timers, 0);
  assert.ok(supabase.channels.every((channel) => channel.isLeft));
}
