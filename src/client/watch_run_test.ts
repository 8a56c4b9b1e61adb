import assert from "node:assert/strict";
import { SyncSchedulerRepository } from "./repository.ts";
import { FakeSupabase } from "./testing/fake_supabase.ts";
import { aRun } from "./testing/run.ts";
import { settle, TestEnvironment } from "./testing/test_environment.ts";
import type { SyncRun } from "./types.ts";

const running = (version: number, changes: Partial<SyncRun> = {}) =>
  aRun({ status: "running", started_at: "2026-11-25T12:00:01+00:00", version, ...changes });
const succeeded = (version: number) =>
  running(version, { status: "succeeded", finished_at: "2026-11-25T12:01:00+00:00" });
const down = { status: 0, code: "", message: "TypeError: fetch failed" };

/** A watcher of a pending run, and everything that it has said so far. */
async function setUp(first = aRun()) {
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
async function setUpLive(first = aRun()) {
  const all = await setUp(first);
  all.supabase.joined.goLive();
  await settle();
  return all;
}

function assertNothingIsLeft(
  { supabase, environment }: { supabase: FakeSupabase; environment: TestEnvironment },
) {
  assert.equal(environment.timers, 0);
  assert.ok(supabase.channels.every((channel) => channel.isLeft));
}

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
  supabase.joined.tell("SUBSCRIBED");
  await settle();
  assert.deepEqual(said, ["pending 1", "running 2"]);
  supabase.row = running(3);
  supabase.joined.system("ok");
  await settle();
  assert.deepEqual(said.at(-1), "running 3");
  assert.equal(supabase.looks, 3);
});

Deno.test("looks again when Realtime says that it had lost the database", async () => {
  const { supabase, said } = await setUpLive();
  supabase.row = running(2);
  supabase.joined.system("ok");
  await settle();
  assert.deepEqual(said, ["pending 1", "running 2"]);
});

Deno.test("looks again when a look was under way already, which was perhaps too early", async () => {
  const { supabase, said } = await setUp();
  let answer = () => {};
  supabase.beforeAnswer = () => new Promise((resolve) => answer = resolve);
  supabase.joined.tell("SUBSCRIBED");
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
  supabase.joined.tell("TIMED_OUT");
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

Deno.test("followIntegration asks for a look when Realtime listens to the database, and not before", async () => {
  const supabase = new FakeSupabase(aRun());
  const environment = new TestEnvironment();
  let looks = 0;
  const stop = new SyncSchedulerRepository(supabase, { environment })
    .followIntegration("i-1", () => {}, () => looks++);
  await settle();
  supabase.joined.tell("SUBSCRIBED");
  assert.equal(looks, 0);
  // What began before this moment was reported to no one.
  supabase.joined.system("ok");
  assert.equal(looks, 1);
  stop();
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

Deno.test("polls while Realtime cannot be reached, and stops when it is back", async () => {
  const { supabase, environment, said } = await setUp();
  supabase.joined.tell("TIMED_OUT");
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
  supabase.joined.tell("CHANNEL_ERROR");
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
  old.tell("CHANNEL_ERROR");
  await environment.pass(2_000);
  old.change(running(9));
  old.tell("CLOSED");
  await environment.pass(100);
  assert.deepEqual(said, ["pending 1"]);
  assert.equal(supabase.channels.length, 2);
});

Deno.test("waits longer and longer before it subscribes again", async () => {
  const { supabase, environment } = await setUp();
  for (let minute = 0; minute < 10; minute++) {
    for (let second = 0; second < 60; second++) {
      supabase.joined.tell("CHANNEL_ERROR");
      await environment.pass(1_000);
    }
  }
  assert.ok(supabase.channels.length < 90, `${supabase.channels.length} channels in ten minutes`);
});

Deno.test("survives a session that is being renewed, and ends with an error when it is over", async () => {
  const { supabase, environment, said } = await setUp();
  const expired = { status: 401, code: "PGRST303", message: "JWT expired" };
  supabase.joined.tell("CLOSED");
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
  all.supabase.joined.tell("SUBSCRIBED");
  await settle();
  assert.deepEqual(all.said, ["pending 1", "not_authorized"]);
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
