import assert from "node:assert/strict";
import {
  cooldown,
  describeState,
  lost,
  ok,
  overview,
  refused,
  running,
  setUp,
  succeeded,
} from "../testing/manual_sync.ts";
import { aRun } from "../testing/run.ts";
import { settle } from "../testing/test_environment.ts";

const conflict = refused(409, "sync_already_in_progress", {
  run_id: "r-1",
  status: "running",
  started_at: null,
  triggered_by: "manual",
});

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
  assert.deepEqual([describeState(failed), failed.run?.run_id], ["error not_authorized", "r-1"]);
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
  const before = states.length;
  supabase.joined.change(running);
  assert.deepEqual([states.length, environment.timers, supabase.joined.isLeft], [before, 0, true]);
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
  assert.deepEqual([describeState(next), next.state === "data" && next.joined], ["data pending", null]);
  controller.dispose();
});

Deno.test("a press without an answer is not complained of when the server answers again", async () => {
  const { supabase, environment, controller } = setUp({ sync_overview: [ok(overview())] });
  await controller.load();
  await settle();
  const pressed = controller.press();
  await environment.pass(30_000);
  assert.equal(describeState(await pressed), "error network_unreachable");
  supabase.joined.goLive();
  await settle();
  assert.equal(describeState(controller.getSnapshot()), "idle");
  controller.dispose();
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
