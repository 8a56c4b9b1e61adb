import assert from "node:assert/strict";
import { SyncSchedulerRepository } from "./repository.ts";
import { FakeSupabase } from "./testing/fake_supabase.ts";
import { aRun } from "./testing/run.ts";
import { settle, TestEnvironment } from "./testing/test_environment.ts";
import { assertNothingIsLeft, running, setUp, setUpLive, succeeded } from "./testing/watched_run.ts";

Deno.test("drops messages that come twice, and those that newer ones have overtaken", async () => {
  const { supabase, said } = await setUpLive();
  for (const run of [running(3), running(3), running(2), aRun(), running(4)]) {
    supabase.joined.change(run);
    await settle();
  }
  assert.deepEqual(said, ["pending 1", "running 3", "running 4"]);
});

Deno.test("finds what changed before Realtime listened, by looking after SUBSCRIBED and again when the system says ok", async () => {
  const { supabase, said } = await setUp();
  supabase.row = running(2);
  supabase.joined.report("SUBSCRIBED");
  await settle();
  assert.deepEqual(said, ["pending 1", "running 2"]);
  supabase.row = running(3);
  supabase.joined.system("ok");
  await settle();
  assert.deepEqual(said.at(-1), "running 3");
  assert.equal(supabase.looks, 3);
});

Deno.test("looks again when a look was under way already, which was perhaps too early", async () => {
  const { supabase, said } = await setUp();
  let answer = () => {};
  supabase.beforeAnswer = () => new Promise((resolve) => answer = resolve);
  supabase.joined.report("SUBSCRIBED");
  await settle();
  supabase.row = running(2);
  supabase.joined.system("ok");
  supabase.beforeAnswer = () => Promise.resolve();
  answer();
  await settle();
  assert.deepEqual(said, ["pending 1", "running 2"]);
});

Deno.test("does not poll while Realtime is healthy", async () => {
  const { supabase, environment } = await setUpLive();
  const looks = supabase.looks;
  for (let version = 2; version < 20; version++) {
    await environment.pass(20_000);
    supabase.joined.change(running(version));
  }
  assert.equal(supabase.looks, looks);
});

Deno.test("finds the end although its message was lost and Realtime is silent", async () => {
  const all = await setUpLive();
  all.supabase.row = succeeded(9);
  await all.environment.pass(60_000);
  assert.deepEqual(all.said, ["pending 1", "succeeded 9", "end"]);
  assertNothingIsLeft(all);
});

Deno.test("looks more and more rarely at a run that is silent for long", async () => {
  const { supabase, environment } = await setUpLive();
  const before = supabase.looks;
  await environment.pass(3_600_000);
  assert.ok(supabase.looks - before < 12, `${supabase.looks - before} looks in an hour`);
});

Deno.test("looks at least every 15 seconds while Realtime cannot be reached", async () => {
  const { supabase, environment } = await setUp();
  supabase.joined.report("TIMED_OUT");
  const before = supabase.looks;
  await environment.pass(3_600_000);
  assert.ok(supabase.looks - before >= 240, `${supabase.looks - before} looks in an hour`);
});

Deno.test("reports no end to a listener that has stopped when it saw the last state", async () => {
  const supabase = new FakeSupabase(succeeded(1));
  const environment = new TestEnvironment();
  const said: string[] = [];
  const stop = new SyncSchedulerRepository(supabase, { environment }).followRun("r-1", {
    onRun: (run) => {
      said.push(run.status);
      stop();
    },
    onEnd: () => said.push("end"),
  });
  await settle();
  assert.deepEqual(said, ["succeeded"]);
  assertNothingIsLeft({ supabase, environment });
});

Deno.test("looks at the row when a message comes without its contents", async () => {
  const { supabase, said } = await setUpLive();
  supabase.row = running(2);
  supabase.joined.change({});
  await settle();
  assert.deepEqual(said.at(-1), "running 2");
});

Deno.test("keeps a text that Realtime left out because it did not change", async () => {
  const supabase = new FakeSupabase(aRun({ error_message: "long" }));
  const { error_message: _, ...without } = running(2);
  const environment = new TestEnvironment();
  const seen: (string | null)[] = [];
  new SyncSchedulerRepository(supabase, { environment }).followRun("r-1", {
    onRun: (run) => seen.push(run.error_message),
  });
  await settle();
  supabase.joined.change(without);
  assert.deepEqual(seen, ["long", "long"]);
});

Deno.test("ends with an error soon when the person has signed out, although Realtime is healthy", async () => {
  const all = await setUpLive();
  all.supabase.failure = { status: 401, code: "42501", message: "permission denied" };
  await all.environment.pass(2 * 60_000);
  assert.deepEqual(all.said, ["pending 1", "not_authenticated"]);
  assertNothingIsLeft(all);
});

Deno.test("ends with an error when the run may not be seen", async () => {
  const all = await setUp();
  all.supabase.row = null;
  all.supabase.joined.report("SUBSCRIBED");
  await settle();
  assert.deepEqual(all.said, ["pending 1", "not_authorized"]);
  assertNothingIsLeft(all);
});

Deno.test("a listener that throws is not taken for a failure of the connection", async () => {
  const supabase = new FakeSupabase(running(2));
  const environment = new TestEnvironment();
  const syncs = new SyncSchedulerRepository(supabase, { environment });
  const errors: unknown[] = [];
  const thrown = new Promise((resolve) =>
    addEventListener("unhandledrejection", (event) => {
      event.preventDefault();
      resolve(event.reason);
    }, { once: true })
  );
  const stop = syncs.followRun("r-1", {
    onRun: () => {
      throw new Error("of the app");
    },
    onError: (error) => void errors.push(error),
  });
  assert.match(String(await thrown), /of the app/);
  await environment.pass(60_000);
  assert.deepEqual([errors, supabase.looks > 1], [[], true]);
  stop();
});
