import assert from "node:assert/strict";
import { cooldown, ok, overview, refused, setUp, succeeded } from "../testing/manual_sync.ts";
import { aRun } from "../testing/run.ts";
import { settle } from "../testing/test_environment.ts";

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
