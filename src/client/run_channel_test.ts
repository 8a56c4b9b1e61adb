import assert from "node:assert/strict";
import { SyncSchedulerRepository } from "./repository.ts";
import { FakeSupabase } from "./testing/fake_supabase.ts";
import { aRun } from "./testing/run.ts";
import { settle, TestEnvironment } from "./testing/test_environment.ts";
import { assertNothingIsLeft, running, setUp, setUpLive, succeeded } from "./testing/watched_run.ts";

const down = { status: 0, code: "", message: "TypeError: fetch failed" };

Deno.test("subscribes with the session's token, to changes of this run alone", async () => {
  const { supabase } = await setUp();
  assert.equal(supabase.joined.hasToken, true);
  assert.deepEqual(supabase.joined.filters.postgres_changes, {
    event: "UPDATE",
    schema: "public",
    table: "sync_run_log",
    filter: "run_id=eq.r-1",
  });
});

Deno.test("looks again when Realtime says that it had lost the database", async () => {
  const { supabase, said } = await setUpLive();
  supabase.row = running(2);
  supabase.joined.system("ok");
  await settle();
  assert.deepEqual(said, ["pending 1", "running 2"]);
});

Deno.test("followIntegration asks for a look when Realtime listens to the database, and not before", async () => {
  const supabase = new FakeSupabase(aRun());
  const environment = new TestEnvironment();
  let looks = 0;
  const stop = new SyncSchedulerRepository(supabase, { environment })
    .followIntegration("i-1", () => {}, () => looks++);
  await settle();
  supabase.joined.report("SUBSCRIBED");
  assert.equal(looks, 0);
  // What began before this moment was reported to no one.
  supabase.joined.system("ok");
  assert.equal(looks, 1);
  stop();
});

Deno.test("polls while Realtime cannot be reached, and stops when it is back", async () => {
  const { supabase, environment, said } = await setUp();
  supabase.joined.report("TIMED_OUT");
  await environment.pass(5_000);
  supabase.row = running(2);
  await environment.pass(5_000);
  assert.deepEqual(said, ["pending 1", "running 2"]);
  assert.ok(supabase.channels.length > 1);
  supabase.joined.goLive();
  await settle();
  const looks = supabase.looks;
  await environment.pass(25_000);
  assert.equal(supabase.looks, looks);
});

Deno.test("goes on after a disconnect in the middle of a run, without a change lost", async () => {
  const { supabase, environment, said } = await setUpLive();
  supabase.joined.change(running(2));
  supabase.failure = down;
  supabase.joined.report("CHANNEL_ERROR");
  const before = supabase.joined;
  supabase.row = running(7);
  await environment.pass(60_000);
  assert.deepEqual(said, ["pending 1", "running 2"]);
  supabase.failure = null;
  assert.notEqual(supabase.joined, before);
  supabase.joined.goLive();
  await settle();
  assert.deepEqual(said.at(-1), "running 7");
  supabase.joined.change(succeeded(8));
  await settle();
  assert.deepEqual(said.slice(-2), ["succeeded 8", "end"]);
  assertNothingIsLeft({ supabase, environment });
});

Deno.test("subscribes anew with a new token when the server has closed the channel because the old one expired", async () => {
  const { supabase, environment, said } = await setUpLive();
  supabase.expireToken();
  const closed = supabase.joined;
  await environment.pass(2_000);
  assert.notEqual(supabase.joined, closed);
  assert.ok(closed.isLeft);
  supabase.joined.goLive();
  supabase.joined.change(running(2));
  await settle();
  assert.deepEqual(said, ["pending 1", "running 2"]);
});

Deno.test("does not hear what a channel says that it has left", async () => {
  const { supabase, environment, said } = await setUpLive();
  const old = supabase.joined;
  old.report("CHANNEL_ERROR");
  await environment.pass(2_000);
  old.change(running(9));
  old.report("CLOSED");
  await environment.pass(100);
  assert.deepEqual(said, ["pending 1"]);
  assert.equal(supabase.channels.length, 2);
});

Deno.test("waits longer and longer before it subscribes again", async () => {
  const { supabase, environment } = await setUp();
  for (let minute = 0; minute < 10; minute++) {
    for (let second = 0; second < 60; second++) {
      supabase.joined.report("CHANNEL_ERROR");
      await environment.pass(1_000);
    }
  }
  assert.ok(supabase.channels.length < 90, `${supabase.channels.length} channels in ten minutes`);
});

Deno.test("survives a session that is being renewed, and ends with an error when it is over", async () => {
  const { supabase, environment, said } = await setUp();
  const expired = { status: 401, code: "PGRST303", message: "JWT expired" };
  supabase.joined.report("CLOSED");
  supabase.failure = expired;
  await environment.pass(3_000);
  supabase.failure = null;
  supabase.row = running(2);
  await environment.pass(10_000);
  assert.deepEqual(said, ["pending 1", "running 2"]);
  supabase.failure = expired;
  supabase.isSessionOver = true;
  await environment.pass(120_000);
  assert.deepEqual(said.at(-1), "not_authenticated");
  assertNothingIsLeft({ supabase, environment });
});
