import assert from "node:assert/strict";
import { SyncSchedulerRepository } from "./repository.ts";
import { FakeSupabase } from "./testing/fake_supabase.ts";
import { aRun } from "./testing/run.ts";
import { settle, TestEnvironment } from "./testing/test_environment.ts";
import { assertNothingIsLeft, running, setUpLive, succeeded } from "./testing/watched_run.ts";
import type { SyncRun } from "./types.ts";

Deno.test("reports every state in order and ends with the final one", async () => {
  const all = await setUpLive();
  const { joined } = all.supabase;
  for (const run of [running(2), running(3, { entries_done: 5 }), succeeded(4)]) {
    joined.change(run);
    await settle();
  }
  assert.deepEqual(all.said, ["pending 1", "running 2", "running 3", "succeeded 4", "end"]);
  assertNothingIsLeft(all);
});

Deno.test("an aborted signal ends it with its reason, and leaves nothing behind", async () => {
  const all = await setUpLive();
  all.abort.abort(new Error("left the page"));
  await all.over;
  assert.deepEqual(all.said, ["pending 1", "left the page"]);
  assertNothingIsLeft(all);
});

Deno.test("an ended iterator answers who is still waiting, and leaves nothing behind", async () => {
  const supabase = new FakeSupabase(aRun());
  const environment = new TestEnvironment();
  const watch = new SyncSchedulerRepository(supabase, { environment }).watchRun("r-1", { known: aRun() });
  assert.equal((await watch.next()).value?.status, "pending");
  const waiting = watch.next();
  await settle();
  await watch.return?.();
  assert.equal((await waiting).done, true);
  assertNothingIsLeft({ supabase, environment });
});

Deno.test("sends no request about a run that is known to have ended", async () => {
  const supabase = new FakeSupabase(aRun());
  const environment = new TestEnvironment();
  const seen: SyncRun[] = [];
  const syncs = new SyncSchedulerRepository(supabase, { environment });
  for await (const run of syncs.watchRun("r-1", { known: succeeded(9) })) seen.push(run);
  assert.deepEqual(seen, [succeeded(9)]);
  assert.deepEqual([supabase.looks, supabase.channels.length], [0, 0]);
});

Deno.test("a reader that is slow gets the newest state, not all of them", async () => {
  const supabase = new FakeSupabase(aRun());
  const environment = new TestEnvironment();
  const watch = new SyncSchedulerRepository(supabase, { environment }).watchRun("r-1", { known: aRun() });
  await settle();
  supabase.joined.goLive();
  for (let version = 2; version < 50; version++) supabase.joined.change(running(version));
  assert.equal((await watch.next()).value?.version, 49);
  await watch.return?.();
});

Deno.test("two readers that wait at once are both answered", async () => {
  const supabase = new FakeSupabase(running(2));
  const watch = new SyncSchedulerRepository(supabase, { environment: new TestEnvironment() }).watchRun("r-1");
  const answers = [watch.next(), watch.next(), watch.next()];
  await settle();
  supabase.joined.goLive();
  supabase.joined.change(succeeded(3));
  const read = (await Promise.all(answers)).map(({ value }) => value?.status);
  assert.deepEqual(read, ["running", "succeeded", undefined]);
});
