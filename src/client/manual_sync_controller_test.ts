import assert from "node:assert/strict";
import { ManualSyncController } from "./manual_sync_controller.ts";
import type { ManualSyncSnapshot } from "./manual_sync_state.ts";
import { SyncSchedulerRepository } from "./repository.ts";
import { FakeSupabase } from "./testing/fake_supabase.ts";
import { aRun } from "./testing/run.ts";
import { settle, TestEnvironment } from "./testing/test_environment.ts";
import type { SyncOverview } from "./types.ts";

const ok = (data: unknown) => ({ data, error: null, status: 200 });
const lost = { data: null, error: { code: "", message: "TypeError: fetch failed" }, status: 0 };
const refused = (status: number, message: string, details: unknown = null) => ({
  data: null,
  error: { code: `PT${status}`, message, details: JSON.stringify(details) },
  status,
});
const running = aRun({ status: "running", version: 2, started_at: "2026-11-25T12:00:01+00:00" });
const succeeded = aRun({ status: "succeeded", version: 9, finished_at: "2026-11-25T12:01:00+00:00" });
const conflict = refused(409, "sync_already_in_progress", {
  run_id: "r-1",
  status: "running",
  started_at: null,
  triggered_by: "manual",
});
const cooldown = (seconds: number) =>
  refused(429, "rate_limited", { retry_after_seconds: seconds, retry_at: "2026-11-25T12:05:00Z" });
const overview = (changes: Partial<SyncOverview> = {}) => [{
  integration_id: "i-1",
  integration_type: "xledger",
  active_run_id: null,
  button_allowed: true,
  button_message: null,
  button_details: null,
  ...changes,
}];

function setUp(answers: Record<string, unknown[]> = {}) {
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
    if (states.at(-1) !== say(sync)) states.push(say(sync));
  });
  const presses = () => supabase.calls.filter(({ name }) => name === "trigger_integration_sync");
  return { supabase, environment, controller, states, presses };
}

function say(sync: ManualSyncSnapshot): string {
  return sync.state === "data"
    ? `data ${sync.run.status}`
    : sync.state === "error"
    ? `error ${sync.code}`
    : sync.state;
}

Deno.test("a press calls the trigger with the right parameters and follows the run to its end", async () => {
  const { supabase, controller, states, presses } = setUp({ trigger_integration_sync: [ok(aRun())] });
  const pressed = await controller.press();
  assert.equal(pressed.state === "data" && pressed.run.run_id, "r-1");
  assert.deepEqual(presses().map(({ args }) => args), [
    { org_id: "o-1", integration_type: "xledger", idempotency_key: "key-1" },
  ]);
  await settle();
  supabase.joined.goLive();
  supabase.joined.change(running);
  assert.equal(controller.getSnapshot().isLive, true);
  assert.equal(controller.getSnapshot().canPress, false);
  supabase.joined.change(succeeded);
  assert.deepEqual(states, ["idle", "loading", "data pending", "data running", "data succeeded"]);
  assert.equal(controller.getSnapshot().canPress, true);
});

Deno.test("presses that come while one is on its way are that one", async () => {
  const { controller, presses } = setUp({ trigger_integration_sync: [ok(aRun())] });
  const [first, second] = await Promise.all([controller.press(), controller.press()]);
  assert.equal(first, second);
  await controller.press();
  assert.equal(presses().length, 1, "a press while the run is under way is none either");
});

Deno.test("a run in the way is an error in words, and is then followed", async () => {
  const { supabase, controller, states } = setUp({ trigger_integration_sync: [conflict] });
  supabase.row = running;
  const pressed = await controller.press();
  assert.equal(pressed.state, "error");
  assert.equal(pressed.state === "error" && pressed.code, "sync_already_in_progress");
  assert.equal(pressed.state === "error" && pressed.message, "Kari started a sync now.");
  assert.equal(pressed.canPress, false);
  await settle();
  const joined = controller.getSnapshot();
  assert.equal(joined.state === "data" && joined.joined, "Kari started a sync now.");
  supabase.joined.goLive();
  supabase.joined.change(succeeded);
  assert.deepEqual(states, [
    "idle",
    "loading",
    "error sync_already_in_progress",
    "data running",
    "data succeeded",
  ]);
});

Deno.test("a cooldown counts down to the next press, a second at a time", async () => {
  const { environment, controller, presses } = setUp({
    trigger_integration_sync: [cooldown(62), ok(aRun())],
  });
  const seconds: (number | null)[] = [];
  controller.subscribe((sync) => {
    if (seconds.at(-1) !== sync.secondsLeft) seconds.push(sync.secondsLeft);
  });
  await controller.press();
  assert.equal(controller.getSnapshot().reason, "There was a sync just now. Try again in 2 minutes.");
  await controller.press();
  assert.equal(presses().length, 1, "a press within the cooldown is not even sent");
  await environment.pass(61_999);
  assert.equal(controller.getSnapshot().reason, "There was a sync just now. Try again in 15 seconds.");
  await environment.pass(1);
  assert.deepEqual(seconds, [null, ...Array.from({ length: 62 }, (_, n) => 62 - n), null]);
  assert.deepEqual([controller.getSnapshot().state, controller.getSnapshot().canPress], ["idle", true]);
  assert.equal(environment.timers, 0);
});

Deno.test("the press after one without an answer asks under its key, the press after an answer does not", async () => {
  const answers = [
    lost,
    lost,
    lost,
    lost,
    refused(409, "integration_disabled"),
    refused(409, "integration_disabled"),
  ];
  const { environment, controller, presses } = setUp({ trigger_integration_sync: answers });
  const pressed = controller.press();
  await environment.pass(30_000);
  const failed = await pressed;
  assert.equal(failed.state === "error" && failed.code, "network_unreachable");
  assert.equal(failed.canPress, true);
  await controller.press();
  await controller.press();
  const keys = presses().map(({ args }) => (args as { idempotency_key: string }).idempotency_key);
  assert.deepEqual(keys, [...Array(5).fill("key-1"), "key-2"]);
});

Deno.test("a key without an answer for long is not used for a new press", async () => {
  const { environment, controller, presses } = setUp();
  for (const _ of [1, 2]) {
    const pressed = controller.press();
    await environment.pass(150_000);
    await pressed;
  }
  const keys = presses().map(({ args }) => (args as { idempotency_key: string }).idempotency_key);
  assert.deepEqual(new Set(keys), new Set(["key-1", "key-2"]));
});

Deno.test("load says in advance what a press would answer", async () => {
  const { controller } = setUp({
    sync_overview: [
      ok(overview({ button_allowed: false, button_message: "not_authorized" })),
      ok(overview()),
    ],
  });
  const viewer = await controller.load();
  assert.deepEqual([viewer.state, viewer.canPress], ["idle", false]);
  assert.equal(viewer.reason, "You do not have access to this. Ask an administrator of the organisation.");
  assert.equal((await controller.load()).canPress, true);
});

Deno.test("load joins the run that is under way", async () => {
  const answer = { button_allowed: false, button_message: "sync_already_in_progress", active_run_id: "r-1" };
  const { supabase, controller } = setUp({ sync_overview: [ok(overview(answer))] });
  supabase.row = running;
  await controller.load();
  await settle();
  assert.equal(say(controller.getSnapshot()), "data running");
});

Deno.test("a run that another person starts is followed as it begins, and one that was missed when Realtime is back", async () => {
  const answers = [ok(overview()), ok(overview()), ok(overview({ active_run_id: "r-1" }))];
  const { supabase, environment, controller, states } = setUp({ sync_overview: answers });
  await controller.load();
  await settle();
  const integration = supabase.joined;
  assert.deepEqual(integration.filters.postgres_changes, {
    event: "INSERT",
    schema: "public",
    table: "sync_run_log",
    filter: "integration_id=eq.i-1",
  });
  integration.goLive();
  await settle();
  integration.change(aRun({ run_id: "r-0", status: "skipped", finished_at: "2026-11-25T12:00:00+00:00" }));
  assert.equal(supabase.channels.length, 1, "a slot that was skipped is nothing to follow");
  supabase.row = aRun({ run_id: "r-2", triggered_by: "schedule" });
  integration.change(supabase.row);
  await settle();
  assert.equal(controller.getSnapshot().run?.run_id, "r-2");
  integration.tell("CHANNEL_ERROR");
  await environment.pass(1_500);
  supabase.row = running;
  supabase.joined.goLive();
  await settle();
  assert.equal(controller.getSnapshot().run?.run_id, "r-1");
  assert.deepEqual(states, ["idle", "data pending", "data running"]);
  controller.dispose();
  assert.ok(supabase.channels.every((channel) => channel.isLeft));
});

Deno.test("the cooldown shows when a run has ended", async () => {
  const details = { retry_after_seconds: 240, retry_at: "2026-11-25T12:05:00Z" };
  const { supabase, controller } = setUp({
    trigger_integration_sync: [ok(aRun())],
    sync_overview: [
      ok(overview({ button_allowed: false, button_message: "rate_limited", button_details: details })),
    ],
  });
  await controller.press();
  await settle();
  supabase.joined.change(succeeded);
  await settle();
  const { state, canPress, secondsLeft } = controller.getSnapshot();
  assert.deepEqual([state, canPress, secondsLeft], ["data", false, 240]);
  controller.dispose();
});

Deno.test("cancel asks for the run's end, and does not complain when it has just ended", async () => {
  const cancelled = aRun({ version: 3, cancel_requested_at: "2026-11-25T12:00:05+00:00" });
  const ended = refused(409, "run_not_active", { status: "succeeded" });
  const { supabase, controller } = setUp({
    trigger_integration_sync: [ok(aRun())],
    cancel_integration_sync: [ok(cancelled), ended, refused(403, "not_authorized")],
  });
  assert.equal((await controller.cancel()).state, "idle", "nothing to cancel");
  await controller.press();
  const asked = await controller.cancel("wrong month");
  assert.equal(asked.run?.cancel_requested_at, "2026-11-25T12:00:05+00:00");
  assert.deepEqual(supabase.calls.at(-1)?.args, { run_id: "r-1", reason: "wrong month" });
  assert.equal((await controller.cancel()).state, "data");
  const failed = await controller.cancel();
  assert.deepEqual([say(failed), failed.run?.run_id], ["error not_authorized", "r-1"]);
});

Deno.test("retry runs a failed run again", async () => {
  const failed = aRun({ status: "failed", version: 5, finished_at: "2026-11-25T12:01:00+00:00" });
  const { supabase, controller } = setUp({
    trigger_integration_sync: [ok(failed)],
    retry_integration_sync: [ok(aRun({ run_id: "r-2", parent_run_id: "r-1" }))],
    sync_overview: [ok(overview())],
  });
  await controller.press();
  await settle();
  const pressed = await controller.retry();
  assert.equal(pressed.run?.run_id, "r-2");
  const { run_id, idempotency_key } = supabase.calls.at(-1)?.args as Record<string, string>;
  assert.equal(run_id, "r-1");
  assert.notEqual(idempotency_key, "key-1", "another press has another key");
});

Deno.test("the snapshot is the same object until something changes, and a new one then", async () => {
  const { controller } = setUp({ trigger_integration_sync: [cooldown(3)] });
  const first = controller.getSnapshot();
  assert.equal(controller.getSnapshot(), first);
  await controller.press();
  assert.notEqual(controller.getSnapshot(), first);
  assert.equal(controller.getSnapshot(), controller.getSnapshot());
  controller.dispose();
});

Deno.test("an unsubscribed listener hears nothing, and a disposed controller reports nothing and leaves nothing", async () => {
  const { supabase, environment, controller, states } = setUp({ trigger_integration_sync: [ok(aRun())] });
  let heard = 0;
  const unsubscribe = controller.subscribe(() => heard++);
  unsubscribe();
  await controller.press();
  assert.equal(heard, 1, "once, at the start");
  await settle();
  controller.dispose();
  const told = states.length;
  supabase.joined.change(running);
  assert.deepEqual([states.length, environment.timers, supabase.joined.isLeft], [told, 0, true]);
});

Deno.test("before the first answer of a load nothing can be pressed: whether it may be is not known", async () => {
  const { controller } = setUp({ sync_overview: [ok(overview())] });
  assert.equal(controller.getSnapshot().canPress, true, "who never loads may press and see");
  const loading = controller.load();
  assert.equal(controller.getSnapshot().canPress, false);
  await loading;
  assert.equal(controller.getSnapshot().canPress, true);
  controller.dispose();
});

Deno.test("a page that was opened without a connection tries again, and its complaint goes", async () => {
  const answers = [...Array(4).fill(lost), ok(overview())];
  const { supabase, environment, controller, states } = setUp({ sync_overview: answers });
  const loading = controller.load();
  await environment.pass(6_000);
  const failed = await loading;
  assert.deepEqual([say(failed), failed.canPress], ["error network_unreachable", true]);
  await environment.pass(15_000);
  assert.deepEqual(states, ["idle", "error network_unreachable", "idle"]);
  assert.equal(supabase.channels.length, 1, "and hears of runs from then on");
  controller.dispose();
  assert.equal(environment.timers, 0);
});

Deno.test("a page that was opened after a run has failed says so, and offers to run it again", async () => {
  const { supabase, controller, states } = setUp({
    sync_overview: [ok(overview({ last_run_id: "r-1", last_run_status: "failed" }))],
    retry_integration_sync: [ok(aRun({ run_id: "r-2" }))],
  });
  supabase.row = aRun({ status: "failed", version: 5, finished_at: "2026-11-25T12:01:00+00:00" });
  await controller.load();
  assert.deepEqual([states, controller.getSnapshot().canPress], [["idle", "data failed"], true]);
  await controller.retry();
  assert.equal((supabase.calls.at(-1)?.args as Record<string, string>).run_id, "r-1");
  controller.dispose();
});

Deno.test("a success of before needs no word, one that was missed since has the last", async () => {
  const success = { last_run_id: "r-2", last_run_status: "succeeded" } as const;
  const failure = { last_run_id: "r-1", last_run_status: "failed" } as const;
  const opened = setUp({ sync_overview: [ok(overview(success))] });
  assert.equal(say(await opened.controller.load()), "idle");
  assert.equal(opened.supabase.looks, 0);
  opened.controller.dispose();

  const { supabase, controller } = setUp({ sync_overview: [ok(overview(failure)), ok(overview(success))] });
  supabase.row = aRun({ status: "failed", version: 5 });
  assert.equal(say(await controller.load()), "data failed");
  supabase.row = { ...succeeded, run_id: "r-2" };
  assert.equal(say(await controller.load()), "data succeeded");
  controller.dispose();
});

Deno.test("a success of before is shown when entries of it were rejected", async () => {
  const success = { last_run_id: "r-1", last_run_status: "succeeded", last_run_entries_failed: 4 } as const;
  const { supabase, controller } = setUp({ sync_overview: [ok(overview(success))] });
  supabase.row = { ...succeeded, entries_done: 996, entries_failed: 4 };
  assert.equal(say(await controller.load()), "data succeeded");
  controller.dispose();

  // What waits is of an earlier run: the last one needs no word.
  const later = setUp({
    sync_overview: [ok(overview({ ...success, last_run_entries_failed: 0, needs_decision: 4 }))],
  });
  assert.equal(say(await later.controller.load()), "idle");
  assert.equal(later.supabase.looks, 0);
  later.controller.dispose();
});

Deno.test("a run that was joined is named by its person, the next one is not", async () => {
  const { supabase, controller } = setUp({
    trigger_integration_sync: [conflict],
    sync_overview: [ok(overview())],
  });
  supabase.row = running;
  await controller.press();
  await settle();
  supabase.joined.change(succeeded);
  await settle();
  controller.follow("r-2", aRun({ run_id: "r-2", triggered_by: "schedule", triggered_by_user_id: null }));
  const next = controller.getSnapshot();
  assert.deepEqual([say(next), next.state === "data" && next.joined], ["data pending", null]);
  controller.dispose();
});

Deno.test("a press without an answer is not complained of when the server answers again", async () => {
  const { supabase, environment, controller } = setUp({ sync_overview: [ok(overview())] });
  await controller.load();
  await settle();
  const pressed = controller.press();
  await environment.pass(30_000);
  assert.equal(say(await pressed), "error network_unreachable");
  supabase.joined.goLive();
  await settle();
  assert.equal(say(controller.getSnapshot()), "idle");
  controller.dispose();
});

Deno.test("a disposed controller begins anew when it is loaded, as in React's strict mode", async () => {
  const { supabase, environment, controller, states } = setUp({
    sync_overview: [ok(overview({ active_run_id: "r-1" }))],
  });
  supabase.row = running;
  const first = controller.load();
  controller.dispose();
  await Promise.all([first, controller.load()]);
  await settle();
  assert.deepEqual(states, ["idle", "data running"]);
  const open = supabase.channels.filter(({ isLeft }) => !isLeft);
  assert.equal(open.length, 2, "one for the integration, one for the run");
  open.at(-1)?.goLive();
  open.at(-1)?.change(succeeded);
  assert.equal(states.at(-1), "data succeeded");
  controller.dispose();
  controller.dispose();
  await settle();
  assert.deepEqual([environment.timers, supabase.channels.every(({ isLeft }) => isLeft)], [0, true]);
});

Deno.test("a press that was given up by disposing is no error, and the next one asks under its key", async () => {
  const { supabase, controller, presses } = setUp({ sync_overview: [ok(overview())] });
  const answered = supabase.answer;
  supabase.answer = (name) => name === "trigger_integration_sync" ? new Promise(() => {}) : answered(name);
  void controller.press();
  controller.dispose();
  await controller.load();
  assert.deepEqual([controller.getSnapshot().state, controller.getSnapshot().canPress], ["idle", true]);
  controller.dispose();
  assert.equal(presses().length, 1);
});

Deno.test("the countdown is right on a machine whose clock is wrong", async () => {
  const wrong = refused(429, "rate_limited", { retry_after_seconds: 60, retry_at: "2026-11-25T20:00:00Z" });
  const { environment, controller } = setUp({ trigger_integration_sync: [wrong] });
  const { secondsLeft, reason } = await controller.press();
  assert.deepEqual([secondsLeft, reason], [60, "There was a sync just now. Try again in 60 seconds."]);
  await environment.pass(60_000);
  assert.equal(controller.getSnapshot().canPress, true);
});

Deno.test("a cooldown that the server does not know of any more is over", async () => {
  const { controller } = setUp({
    trigger_integration_sync: [cooldown(300)],
    sync_overview: [ok(overview())],
  });
  assert.equal((await controller.press()).secondsLeft, 300);
  const { secondsLeft, canPress, state } = await controller.load();
  assert.deepEqual([secondsLeft, canPress, state], [null, true, "idle"]);
  controller.dispose();
});

Deno.test("a load that fails while a press is on its way does not end the press, nor use up its key", async () => {
  const answer = Promise.withResolvers<unknown>();
  const { supabase, controller, presses } = setUp({ sync_overview: [refused(403, "not_authorized")] });
  const answered = supabase.answer;
  supabase.answer = (name) => name === "trigger_integration_sync" ? answer.promise : answered(name);
  const pressed = controller.press();
  await controller.load();
  assert.equal(controller.getSnapshot().state, "loading");
  answer.resolve(ok(aRun()));
  assert.equal((await pressed).run?.run_id, "r-1");
  assert.equal(presses().length, 1);
  controller.dispose();
});

Deno.test("says which limit is counted down, after a press and in advance", async () => {
  const details = { retry_after_seconds: 240, retry_at: "2026-11-25T12:04:00Z", limit: "presses_per_hour" };
  const hour = (minutes: number) =>
    `Your organisation has started many syncs within the last hour. Try again in ${minutes} minutes.`;
  const { environment, controller } = setUp({
    trigger_integration_sync: [refused(429, "rate_limited", details)],
    sync_overview: [
      ok(overview({ button_allowed: false, button_message: "rate_limited", button_details: details })),
    ],
  });
  assert.equal((await controller.load()).reason, hour(4));
  controller.dispose();
  await controller.load();
  await environment.pass(120_000);
  assert.equal(controller.getSnapshot().reason, hour(2));
  controller.dispose();

  const { environment: other, controller: pressed } = setUp({
    trigger_integration_sync: [refused(429, "rate_limited", details)],
  });
  const sync = await pressed.press();
  assert.equal(sync.state === "error" && sync.message, hour(4));
  await other.pass(120_000);
  const later = pressed.getSnapshot();
  assert.deepEqual([later.state === "error" && later.message, later.reason], [hour(2), hour(2)]);
  pressed.dispose();
});
