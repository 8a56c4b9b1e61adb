/// <reference lib="dom" />
/** The page of a developer's platform, with thirty days to look at: what an operator reads and does there. */
import assert from "node:assert/strict";
import { Webhook } from "standardwebhooks";
import { type Platform, startPlatform } from "../../../local/platform.ts";
import { connect } from "../../support/connect.ts";
import { type ConsolePage, openConsole, untilText } from "../../support/browser/console.ts";
import { embeddedOnly } from "../../support/local_only.ts";
import { pauseJobs } from "../../support/ticks.ts";

let started: Promise<Platform> | undefined;
Deno.test.afterAll(async () => await (await started)?.stop());

/**
 * Starts the platform. Nothing happens there but what the tests do: a slot that comes, or a check that finds a vendor well,
 * would change what they look at.
 */
async function start(): Promise<Platform> {
  const platform = await startPlatform({ vendors: true, history: true });
  await using admin = connect(platform.adminUrl, 1);
  await pauseJobs(admin.sql);
  // Nor is there an alert that the scheduler is dead.
  await admin.sql`update sync_scheduler.settings set silent_after = '1 day' where true`;
  return platform;
}

/** Registers a test that opens the page of a platform with vendors and a past, which the tests of this file share. */
function operatorTest(name: string, test: (view: ConsolePage, platform: Platform) => Promise<void>): void {
  Deno.test({
    ...embeddedOnly(name),
    async fn() {
      const platform = await (started ??= start());
      await using view = await openConsole(platform, { vendors: platform.vendors });
      await test(view, platform);
    },
  });
}

operatorTest(
  "each person of the seed signs in with one press and sees their own organisation",
  async (view) => {
    for (
      const [name, organisation] of [
        ["Astrid Admin", "Fjordfisk AS"],
        ["Kåre Koordinator", "Fjordfisk AS"],
        ["Vårin Viser", "Fjordfisk AS"],
        ["Øystein Utenfor", "Blåbær Økonomi AS"],
      ] as const
    ) {
      await view.signInAs(name);
      await untilText(view.page.locator(".bar .org"), organisation);
      await untilText(view.page.getByRole("navigation"), "Webhook");
      await view.page.getByRole("button", { name: "Sign out" }).click();
    }
  },
);

operatorTest("the schedule shows its next five slots on the organisation's clocks", async (view) => {
  await view.signInAs("Vårin Viser");
  await view.openIntegration("Xledger");
  const slots = view.page.locator(".slots li");
  await slots.first().waitFor();
  const texts = await slots.locator("time").allTextContents();
  assert.equal(texts.length, 5);
  // On the night that has no 02:30 it is the first minute after the gap.
  for (const text of texts) assert.match(text, /^[A-Z][a-z]{2} \d+ [A-Z][a-z]{2,3}, (02:30|03:00)$/);
  assert.ok(texts.filter((text) => text.endsWith("02:30")).length >= 4, texts.join("; "));
  await untilText(view.page.locator("section[aria-labelledby=schedule]"), "Clocks of Europe/Oslo");
});

operatorTest("charts say in words what they show, and draw it", async (view) => {
  await view.signInAs("Vårin Viser");
  const calendar = view.page.getByRole("img", { name: /slots? in 30 days: \d+ ran/ });
  await calendar.locator("svg").waitFor();
  const cells = await calendar.locator("g[aria-label=cell] rect").count();
  const name = await calendar.getAttribute("aria-label");
  assert.equal(cells, Number(/^(\d+)/.exec(name ?? "")?.[1]), "a cell for each slot");
  await view.page.getByRole("img", { name: /^Drift: half within/ }).locator("svg").waitFor();
  await view.page.getByRole("img", { name: /^Duration: half within/ }).locator("svg").waitFor();
});

operatorTest("runs are narrowed down by status, and one opens to its dispatch timeline", async (view) => {
  await view.signInAs("Vårin Viser");
  await view.openIntegration("Xledger");
  const runs = view.page.locator(".runs tbody");
  await runs.getByText("Succeeded").first().waitFor();
  await view.page.getByLabel("Status").selectOption("failed");
  await runs.getByText("Failed").first().waitFor();
  await runs.getByText("Succeeded").first().waitFor({ state: "detached" });
  await runs.getByRole("button").first().click();
  await untilText(runs, /answered 503/);
  await untilText(view.page.locator(".timeline"), "Finished");
  const steps = await view.page.locator(".timeline .step").allTextContents();
  assert.deepEqual(steps, [
    "Due",
    "Dispatched",
    "Function up",
    "Claimed",
    "First answer of the vendor",
    "Finished",
  ]);
});

operatorTest("an alert is acknowledged, and everybody's page says so", async (view, platform) => {
  await view.signInAs("Kåre Koordinator");
  await view.openIntegration("Webhook");
  await using other = await openConsole(platform, { vendors: platform.vendors });
  await other.signInAs("Vårin Viser");
  await other.openIntegration("Webhook");
  await other.page.locator(".alerts .open").first().waitFor();
  assert.equal(
    await other.page.getByRole("button", { name: /^Acknowledge/ }).count(),
    0,
    "a viewer only looks",
  );
  await view.page.getByRole("button", { name: /^Acknowledge ?: 4 entries need a decision/ }).click();
  await untilText(view.page.locator(".alerts .open"), /^Acknowledged/);
  await untilText(other.page.locator(".alerts .open"), /^Acknowledged/);
});

operatorTest("an admin pauses with a reason, which all see, and resumes", async (view) => {
  await view.signInAs("Astrid Admin");
  await view.openIntegration("Dynamics");
  await view.page.getByRole("button", { name: "Pause …" }).click();
  await view.page.getByRole("dialog").getByLabel("Reason").fill("Month-end closing");
  await view.page.getByLabel("How long").selectOption("12");
  await view.page.getByRole("dialog").getByRole("button", { name: "Pause", exact: true }).click();
  await untilText(view.page.locator(".notice"), /Paused.*Month-end closing.*It resumes/s);
  await untilText(view.reason, /paused.*Month-end closing/);
  const [resumed] = await Promise.all([
    view.page.waitForRequest(/\/rpc\/resume_integration_sync/),
    view.page.getByRole("button", { name: "Resume" }).click(),
  ]);
  assert.match(resumed.postDataJSON().paused_at, /^20/, "the pause that the page shows");
  await view.page.getByRole("button", { name: "Pause …" }).waitFor();
  await view.page.locator(".notice").waitFor({ state: "detached" });
});

operatorTest(
  "the outbox shows rejected entries with their reason and both sides of a conflict",
  async (view) => {
    await view.signInAs("Vårin Viser");
    await view.openIntegration("Webhook");
    const outbox = view.page.locator("section[aria-labelledby=outbox]");
    await outbox.locator(".number", { hasText: "UB-2026-00996" }).click();
    await untilText(outbox, /is closed for posting/);
    await outbox.locator(".number", { hasText: "UB-2026-00999" }).click();
    await outbox.getByLabel("What was sent").waitFor();
    await untilText(outbox.getByLabel("What the source says now"), /Kurs i Tromsø, rettet/);
  },
);

operatorTest(
  "an admin decides what becomes of a rejected entry and of a conflict, with a reason",
  async (view, platform) => {
    await view.signInAs("Astrid Admin");
    await view.openIntegration("Webhook");
    const outbox = view.page.locator("section[aria-labelledby=outbox]");
    const item = (number: string) => outbox.locator(".entries > li", { hasText: number });
    await untilText(outbox, "UB-2026-00996");
    for (
      const [number, choice] of [
        ["UB-2026-00996", "Send again"],
        ["UB-2026-00997", "Leave out"],
        ["UB-2026-00999", "Keep what was exported"],
      ] as const
    ) {
      await item(number).locator("summary").click();
      await item(number).getByLabel("Reason").fill("Asked the accountant");
      await item(number).getByRole("button", { name: choice }).click();
      // Decided is decided: it no longer waits for a person.
      await item(number).waitFor({ state: "detached" });
    }
    await untilText(view.page.locator(".alerts .open"), "1 entry needs a decision");
    await item("UB-2026-00998").locator("summary").click();
    await item("UB-2026-00998").getByLabel("Reason").fill("Asked the accountant");
    await item("UB-2026-00998").getByRole("button", { name: "Leave out" }).click();
    await view.page.locator(".alerts .over", { hasText: "need" }).waitFor();
    await untilText(outbox, "No entry waits for a decision.");
    await using database = connect(platform.dbUrl);
    const entries = await database.sql`
    select document_number, state::text, conflict_at,
      case state when 'rejected' then error_message end as reason from public.sync_export_entries e
    join public.sync_integrations i on i.id = e.integration_id
    where i.integration_type = 'webhook' and document_number in ('UB-2026-00996', 'UB-2026-00997', 'UB-2026-00999') order by 1`;
    assert.deepEqual([...entries], [
      { document_number: "UB-2026-00996", state: "pending", conflict_at: null, reason: null },
      // What is left out stays rejected, for the reason that was given.
      {
        document_number: "UB-2026-00997",
        state: "rejected",
        conflict_at: null,
        reason: "Asked the accountant",
      },
      { document_number: "UB-2026-00999", state: "exported", conflict_at: null, reason: null },
    ]);
  },
);

operatorTest("after a sync the vendor's books show each voucher once", async (view, platform) => {
  await view.signInAs("Kåre Koordinator");
  await view.openIntegration("Xledger");
  await view.button.click();
  await untilText(view.banner, "The sync has succeeded");
  const books = view.page.locator("section[aria-labelledby=ledger]");
  await untilText(books, "120 vouchers, none twice");
  await using database = connect(platform.dbUrl);
  const [exported] = await database.sql`
    select count(*)::int as entries from public.sync_export_entries e
    join public.sync_integrations i on i.id = e.integration_id
    where i.integration_type = 'xledger' and e.state = 'exported'`;
  assert.equal(exported?.entries, 120);
});

operatorTest("a vendor's books show an organisation its own vouchers alone", async (view, { receiver }) => {
  const body = JSON.stringify({
    batch_id: "1",
    org_id: "0a000000-0000-4000-8000-000000000001",
    entries: [{ entry_key: "ferry", period: "2026-01", document_number: "UB-FERRY", payload: {} }],
  });
  const sentAt = new Date();
  const booked = await fetch(receiver.url, {
    method: "POST",
    headers: {
      "idempotency-key": "1",
      "webhook-id": "1",
      "webhook-timestamp": String(Math.floor(sentAt.getTime() / 1000)),
      "webhook-signature": new Webhook("whsec_ZGV2ZWxvcG1lbnQtb25seS1zaWduaW5nLWtleQ==").sign(
        "1",
        sentAt,
        body,
      ),
    },
    body,
  });
  assert.equal(booked.status, 200, await booked.text());
  const books = view.page.locator("section[aria-labelledby=ledger]");
  await view.signInAs("Kåre Koordinator");
  await view.openIntegration("Webhook");
  await untilText(books, "UB-FERRY");
  await view.page.getByRole("button", { name: "Sign out" }).click();
  await view.signInAs("Øystein Utenfor");
  await view.openIntegration("Webhook");
  await untilText(books, "Nothing was exported yet.");
});

operatorTest(
  "a vendor's incident is on the page of its integration while it lasts",
  async (view, platform) => {
    await view.signInAs("Vårin Viser");
    await view.openIntegration("Dynamics");
    await using database = connect(platform.adminUrl);
    const message = "Dynamics 365 Business Central cannot be reached.";
    await database
      .sql`insert into public.sync_vendor_incidents (integration_type, host, began_at, affected, message)
    select integration_type, sync_scheduler.vendor_host(i), now(), 3, ${message}
    from public.sync_integrations i where integration_type = 'dynamics'`;
    await database.sql`
    select sync_scheduler.raise_alert(jsonb_populate_record(null::public.sync_integrations,
      '{"integration_type": "dynamics"}'), 'vendor_incident', 'critical', now(), ${message})`;
    await untilText(view.page.locator(".notice"), /has a fault of its own/);
    await untilText(view.page.locator(".alerts .open"), /cannot be reached/);
    await database.sql`update public.sync_vendor_incidents set ended_at = now() where ended_at is null`;
    await database.sql`update public.sync_alerts set resolved_at = now()
    where kind = 'vendor_incident' and resolved_at is null`;
    await view.page.locator(".notice").waitFor({ state: "detached" });
  },
);
