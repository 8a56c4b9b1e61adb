/** The page when what it talks to goes away and comes back. */
import assert from "node:assert/strict";
import { startWebhookReceiver } from "../../../local/vendors/webhook_receiver.ts";
import { connect } from "../../support/connect.ts";
import { openConsole, untilText } from "../../support/browser/console.ts";
import { startInterruptibleProxy } from "../../support/servers/interruptible_proxy.ts";
import { localTest } from "../../support/local_only.ts";
import { usePlatform } from "../../support/platform.ts";
import { untilReceived, untilStatus } from "../../support/runs.ts";
import { createTenant } from "../../support/tenant.ts";

Deno.test("the page recovers when the server is killed in the middle of a run and started again", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  await using receiver = await startWebhookReceiver();
  receiver.misbehave({ kind: "hold" });
  const tenant = await createTenant(database.sql, platform, { receiver, entries: 3 });
  await using proxy = startInterruptibleProxy(platform.apiUrl);
  await using view = await openConsole(platform, { apiUrl: proxy.url });
  await view.signIn(tenant.emails.coordinator);
  await view.button.click();
  await untilText(view.banner, "The sync is running");

  proxy.interrupt();
  await untilText(view.page.locator(".live"), "Connecting");
  // Its end is what the page misses.
  await untilReceived(receiver, 1);
  receiver.release();
  const [run] = await database.sql<{ run_id: string }[]>`
    select run_id from public.sync_run_log where org_id = ${tenant.orgId}`;
  await untilStatus(database.sql, run?.run_id ?? "", "succeeded");
  proxy.resume();

  await view.untilLive();
  await untilText(view.banner, "The sync has succeeded");
  await untilText(view.page.locator(".runs"), "Succeeded");
  assert.equal(view.loads(), 1, "no person had to reload it");
});

localTest("the page recovers when Postgres crashes in the middle of a run", async (platform) => {
  await using receiver = await startWebhookReceiver();
  receiver.misbehave({ kind: "hold" });
  const tenant = await withSql(
    platform.dbUrl,
    (sql) => createTenant(sql, platform, { receiver, entries: 3 }),
  );
  await using view = await openConsole(platform);
  await view.signIn(tenant.emails.coordinator);
  await view.button.click();
  await untilText(view.banner, "The sync is running");
  await untilReceived(receiver, 1);
  await platform.postgres.kill9();
  await platform.postgres.restart();
  receiver.release();
  await untilText(view.banner, "The sync has succeeded");
});

Deno.test("without Realtime the page says so, asks at intervals and still shows how a run ends", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  await using receiver = await startWebhookReceiver();
  const tenant = await createTenant(database.sql, platform, { receiver, entries: 3 });
  await using view = await openConsole(platform, {
    prepare: (page) => page.routeWebSocket(/\/realtime\/v1\/websocket/, (socket) => void socket.close()),
  });
  await view.signIn(tenant.emails.coordinator, { isLive: false });
  await untilText(view.button, "Sync now");
  await untilText(view.page.locator(".live"), "Connecting");
  await view.button.click();
  await untilText(view.banner, "The sync has succeeded");

  const admin = await tenant.signIn("admin");
  const { error } = await admin.rpc("pause_integration_sync", {
    org_id: tenant.orgId,
    integration_type: "webhook",
    reason: "Month-end closing",
  });
  assert.equal(error, null);
  await untilText(view.page.locator(".notice"), /Month-end closing/);
});

async function withSql<T>(
  url: string,
  work: (sql: ReturnType<typeof connect>["sql"]) => Promise<T>,
): Promise<T> {
  await using database = connect(url);
  return await work(database.sql);
}
