import assert from "node:assert/strict";
import { describeState, lost, ok, overview, running, setUp, succeeded } from "../testing/manual_sync.ts";
import { aRun } from "../testing/run.ts";
import { settle } from "../testing/test_environment.ts";

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
  assert.equal(describeState(controller.getSnapshot()), "data running");
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
  integration.report("CHANNEL_ERROR");
  await environment.pass(1_500);
  supabase.row = running;
  supabase.joined.goLive();
  await settle();
  assert.equal(controller.getSnapshot().run?.run_id, "r-1");
  assert.deepEqual(states, ["idle", "data pending", "data running"]);
  controller.dispose();
  assert.ok(supabase.channels.every((channel) => channel.isLeft));
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
  assert.deepEqual([describeState(failed), failed.canPress], ["error network_unreachable", true]);
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
  assert.equal(describeState(await opened.controller.load()), "idle");
  assert.equal(opened.supabase.looks, 0);
  opened.controller.dispose();

  const { supabase, controller } = setUp({ sync_overview: [ok(overview(failure)), ok(overview(success))] });
  supabase.row = aRun({ status: "failed", version: 5 });
  assert.equal(describeState(await controller.load()), "data failed");
  supabase.row = { ...succeeded, run_id: "r-2" };
  assert.equal(describeState(await controller.load()), "data succeeded");
  controller.dispose();
});

Deno.test("a success of before is shown when entries of it were rejected", async () => {
  const success = { last_run_id: "r-1", last_run_status: "succeeded", last_run_entries_failed: 4 } as const;
  const { supabase, controller } = setUp({ sync_overview: [ok(overview(success))] });
  supabase.row = { ...succeeded, entries_done: 996, entries_failed: 4 };
  assert.equal(describeState(await controller.load()), "data succeeded");
  controller.dispose();

  // What waits is of an earlier run: the last one needs no word.
  const later = setUp({
    sync_overview: [ok(overview({ ...success, last_run_entries_failed: 0, needs_decision: 4 }))],
  });
  assert.equal(describeState(await later.controller.load()), "idle");
  assert.equal(later.supabase.looks, 0);
  later.controller.dispose();
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
