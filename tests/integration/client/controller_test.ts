/** The controller against a whole stack: what an open page learns. */
import assert from "node:assert/strict";
import { ManualSyncController, SyncSchedulerRepository } from "../../../src/client/mod.ts";
import { until } from "../../../local/wait.ts";
import { startWebhookReceiver } from "../../../local/vendors/webhook_receiver.ts";
import { usePlatform } from "../../support/platform.ts";
import { untilStatus } from "../../support/runs.ts";
import { createTenant, trigger } from "../../support/tenant.ts";

Deno.test("a viewer's page follows a run that a coordinator starts, and offers no press", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  await using receiver = await startWebhookReceiver();
  const tenant = await createTenant(database.sql, platform, { receiver, entries: 5 });
  const supabase = await tenant.signIn("viewer");
  const controller = new ManualSyncController(new SyncSchedulerRepository(supabase), tenant.orgId, "webhook");
  try {
    const before = await controller.load();
    assert.deepEqual([before.state, before.canPress, before.obstacle?.code], [
      "idle",
      false,
      "not_authorized",
    ]);

    // The first listener of a platform waits for Realtime's slot. A run that ends before that leaves the page as it was.
    receiver.misbehave({ kind: "hold" });
    const runId = await trigger(tenant);
    // However early or late Realtime listens: the run is reported, or found when it does.
    await until("the run on the page", () => controller.getSnapshot().run?.run_id === runId);
    await until("the batch", () => receiver.requests.length > 0);
    receiver.release();
    await until("its end on the page", () => controller.getSnapshot().run?.status === "succeeded");
    assert.equal(controller.getSnapshot().run?.entries_done, 5);
    assert.equal(controller.getSnapshot().canPress, false);
  } finally {
    controller.dispose();
    await supabase.removeAllChannels();
  }
});

Deno.test("a coordinator's page goes from the press to the cooldown", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  await using receiver = await startWebhookReceiver();
  const tenant = await createTenant(database.sql, platform, { receiver, entries: 5 });
  const supabase = await tenant.signIn("coordinator");
  const controller = new ManualSyncController(new SyncSchedulerRepository(supabase), tenant.orgId, "webhook");
  try {
    const [first, second] = await Promise.all([controller.press(), controller.press()]);
    assert.equal(first, second);
    assert.equal(first.state, "data");
    await untilStatus(database.sql, first.run?.run_id ?? "", "succeeded");
    await until("the countdown", () => controller.getSnapshot().secondsLeft !== null);
    const after = controller.getSnapshot();
    assert.deepEqual([after.state, after.canPress, after.obstacle?.code], ["data", false, "rate_limited"]);
    assert.equal(after.run?.status, "succeeded");
  } finally {
    controller.dispose();
    await supabase.removeAllChannels();
  }
});
