/// <reference lib="dom" />
/** The button and the banner in a real browser, with real sign-in, against a real run. */
import assert from "node:assert/strict";
import { startWebhookReceiver } from "../../../local/vendors/webhook_receiver.ts";
import { until } from "../../../local/wait.ts";
import { type ConsolePage, openConsole, untilText } from "../../support/browser/console.ts";
import { usePlatform } from "../../support/platform.ts";
import { assertExportedOnce, untilReceived, untilStatus } from "../../support/runs.ts";
import { createTenant, trigger } from "../../support/tenant.ts";

const isLookAtRun = (request: string) => /sync_run_log\?.*run_id=eq\./.test(request);

/**
 * Waits until the page follows the run of the next press: Realtime reads its changes, and the page looks at what may have
 * been missed until then. Before, it looks at intervals, and on a busy machine more than once; after, once more at most, if
 * a look was under way.
 */
async function untilFollowed(view: ConsolePage): Promise<void> {
  const isReading = (frame: string | Uint8Array) =>
    typeof frame === "string" && frame.includes("realtime:sync_runs:") &&
    frame.includes("Subscribed to PostgreSQL");
  let looks: number | undefined;
  view.onFrame((frame) => {
    if (isReading(frame)) looks ??= view.requests.filter(isLookAtRun).length;
  });
  await until("the page follows the run", () => {
    return looks !== undefined && view.requests.filter(isLookAtRun).length > looks;
  });
}

const BATCHES = { entries: 4, config: { batch_size: 1 } } as const;

Deno.test("a press shows a spinner and then the run live until it has succeeded, without reload and without polling", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  await using receiver = await startWebhookReceiver();
  receiver.misbehave({ kind: "hold" }, { kind: "hold" });
  const tenant = await createTenant(database.sql, platform, { receiver, ...BATCHES });
  await using view = await openConsole(platform);
  await view.signIn(tenant.emails.coordinator);
  await untilText(view.button, "Sync now");
  // Before the answer the page can only wait: the ring turns, and a second press is none.
  const answer = Promise.withResolvers<void>();
  await view.page.route("**/rpc/trigger_integration_sync", async (route) => {
    await answer.promise;
    await route.continue();
  });

  const pressed = view.requests.length;
  const follows = untilFollowed(view);
  await view.button.click();
  await view.page.locator("manual-sync-button button[aria-busy='true'] svg").waitFor();
  await untilText(view.banner, "The sync is about to start");
  await view.button.click({ force: true });
  answer.resolve();

  await untilText(view.banner, "The sync is running");
  await untilReceived(receiver, 1);
  await follows;
  // The list that the run is now part of.
  await until(
    "the list",
    () => view.requests.slice(pressed).some((asked) => /sync_run_log\?.*limit=/.test(asked)),
  );
  const before = view.requests.length;
  receiver.release();
  await untilText(view.banner, "1 of 4 entries");
  const during = view.requests.slice(before);
  await untilReceived(receiver, 2);
  receiver.release();
  await untilText(view.banner, "The sync has succeeded");

  // What the banner shows came by itself, not because the page asked. After a change of the run's status, its number of entries or how many
  // are done, and of the health, the page asks once for what follows from it. What it reads once when it has subscribed,
  // such as the list, may come late on a busy machine.
  assert.ok(during.filter(isLookAtRun).length <= 1, during.join("\n"));
  const overviews = during.filter((request) => request === "POST /rest/v1/rpc/sync_overview");
  assert.ok(overviews.length <= 5, during.join("\n"));
  const about = view.requests.filter((request) => /trigger_integration_sync/.test(request));
  assert.equal(about.length, 1, "two presses are one call");
  assert.equal(view.loads(), 1, "the page was loaded once");
  await assertExportedOnce(database.sql, tenant.integrationId, receiver, 4);
});

Deno.test("while a run goes on the page asks for its row only when it begins to follow it", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  await using receiver = await startWebhookReceiver();
  receiver.misbehave({ kind: "hold" });
  const tenant = await createTenant(database.sql, platform, {
    receiver,
    entries: 30,
    config: { batch_size: 1 },
  });
  await using view = await openConsole(platform);
  await view.signIn(tenant.emails.coordinator);
  const follows = untilFollowed(view);
  await view.button.click();
  await untilReceived(receiver, 1);
  await follows;
  const before = view.requests.length;
  receiver.release();
  await untilText(view.banner, "The sync has succeeded");
  const ofTheRun = view.requests.slice(before).filter(isLookAtRun);
  assert.ok(ofTheRun.length <= 1, ofTheRun.join("\n"));
});

Deno.test("a viewer sees no enabled button", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  const tenant = await createTenant(database.sql, platform);
  await using view = await openConsole(platform);
  await view.signIn(tenant.emails.viewer);
  await untilText(view.reason, /do not have access/);
  assert.equal(await view.button.getAttribute("aria-disabled"), "true");
  await view.button.click({ force: true });
  assert.deepEqual(view.requests.filter((request) => request.includes("trigger_integration_sync")), []);
  assert.equal(await view.page.getByRole("button", { name: /^(Pause|Resume)/ }).count(), 0);
});

Deno.test("after a run the button counts the cooldown down", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  await using receiver = await startWebhookReceiver();
  const tenant = await createTenant(database.sql, platform, { receiver, entries: 1 });
  await using view = await openConsole(platform);
  await view.signIn(tenant.emails.coordinator);
  await view.button.click();
  await untilText(view.banner, "The sync has succeeded");
  await untilText(view.button, /^Sync again in 04:\d\d$/);
  await untilText(view.reason, /Try again in \d minutes/);
  assert.equal(await view.button.getAttribute("aria-disabled"), "true");
});

Deno.test("a press that meets a colleague's run joins it and follows it to its end", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  await using receiver = await startWebhookReceiver();
  receiver.misbehave({ kind: "hold" });
  const tenant = await createTenant(database.sql, platform, { receiver, entries: 2 });
  // The page does not hear of the colleague's press, as when two press at once.
  let isDeaf = true;
  await using view = await openConsole(platform, {
    prepare: (page) =>
      page.routeWebSocket(/\/realtime\/v1\/websocket/, (socket) => {
        const server = socket.connectToServer();
        server.onMessage((message) => {
          if (isDeaf && String(message).includes('"postgres_changes",{"ids"')) return;
          socket.send(message);
        });
      }),
  });
  await view.signIn(tenant.emails.admin);
  await untilText(view.button, "Sync now");
  // Nor does it ask: once Realtime is there it does, and would find the button busy.
  const hearing = Promise.withResolvers<void>();
  await view.page.route("**/rpc/sync_overview", async (route) => {
    await hearing.promise;
    await route.continue();
  });
  const runId = await trigger(tenant, "coordinator");
  await untilStatus(database.sql, runId, "running");
  await view.button.click();
  await untilText(view.banner, /started a sync/);
  isDeaf = false;
  hearing.resolve();
  await untilReceived(receiver, 1);
  receiver.release();
  await untilText(view.banner, "The sync has succeeded");
  const [log] = await database.sql`select count(*)::int as runs from public.sync_run_log
    where org_id = ${tenant.orgId}`;
  assert.equal(log?.runs, 1);
});

Deno.test("a person who opens the page in the middle of a run sees it, and its end", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  await using receiver = await startWebhookReceiver();
  receiver.misbehave({ kind: "hold" });
  const tenant = await createTenant(database.sql, platform, { receiver, entries: 2 });
  const runId = await trigger(tenant, "coordinator");
  await untilStatus(database.sql, runId, "running");
  await using view = await openConsole(platform);
  await view.signIn(tenant.emails.viewer);
  await untilText(view.banner, "The sync is running");
  await untilReceived(receiver, 1);
  receiver.release();
  await untilText(view.banner, "The sync has succeeded");
});
