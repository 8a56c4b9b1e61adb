/// <reference lib="dom" />
/** What the page says when something is refused: at the place where it was asked for, with what was typed kept. */
import assert from "node:assert/strict";
import type { Locator, Page } from "playwright-core";
import { connect } from "../../support/connect.ts";
import { openConsole, untilText } from "../../support/browser/console.ts";
import { usePlatform } from "../../support/platform.ts";
import { createTenant } from "../../support/tenant.ts";

/** The API refuses the calls of a function from now on, each after something has happened there. */
async function refuse(page: Page, name: string, happens?: () => Promise<unknown>): Promise<void> {
  await page.route(`**/rpc/${name}`, async (route) => {
    if (route.request().method() === "OPTIONS") return await route.continue();
    await happens?.();
    await route.fulfill({
      status: 409,
      headers: { "access-control-allow-origin": "*", "content-type": "application/json" },
      body: JSON.stringify({ code: "PT409", message: "entries_not_settleable", details: "{}", hint: null }),
    });
  });
}

/** A change may be on the page before the call is answered, which moves the focus. */
const untilFocused = (page: Page, id: string) =>
  page.waitForFunction((id) => document.activeElement?.id === id, id);

for (const width of [768, 1000, 1280]) {
  Deno.test(`why the button cannot be pressed stays in its column at a width of ${width}`, async () => {
    const platform = await usePlatform();
    await using database = platform.connect();
    const tenant = await createTenant(database.sql, platform);
    await database.sql`update public.sync_integration_health set latency_ms = 10, status = 'healthy'
      where integration_id = ${tenant.integrationId}`;
    await using view = await openConsole(platform, { width });
    await view.signIn(tenant.emails.viewer);
    await untilText(view.reason, /do not have access/);
    const boxOf = async (part: Locator) => {
      const box = await part.boundingBox();
      assert.ok(box);
      return box;
    };
    const reason = await boxOf(view.reason);
    const facts = await boxOf(view.page.locator(".facts"));
    assert.ok(reason.x >= facts.x + facts.width, "next to the facts");
    assert.ok(reason.x + reason.width <= width, "within the window");
    assert.ok(await view.reason.evaluate((text) => text.scrollWidth <= text.clientWidth), "in full");
    await view.page.waitForFunction((most) => document.documentElement.scrollWidth <= most, width);
  });
}

Deno.test("a wrong password is said at the form, with what to do", async () => {
  const platform = await usePlatform();
  await using view = await openConsole(platform);
  const form = view.page.locator("form");
  await form.getByLabel("E-mail").fill("somebody@example.test");
  await form.getByLabel("Password").fill("not the password");
  await form.getByRole("button", { name: "Sign in" }).click();
  await untilText(form.getByRole("alert"), /The e-mail or the password is wrong\. Check both/);
});

Deno.test("a refused decision is said at its form and keeps the reason, and one that counts moves the focus", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  const { sql } = database;
  const tenant = await createTenant(sql, platform, { entries: 2 });
  await sql`
    update public.sync_export_entries set state = 'exported', exported_at = now(), sent_at = now(),
      conflict_at = now(), conflict_payload_hash = '', conflict_content = jsonb_build_object(
        'period', period, 'document_number', document_number, 'payload', payload || '{"description": "Corrected"}')
    where integration_id = ${tenant.integrationId}`;
  await using view = await openConsole(platform, { width: 390 });
  await view.signIn(tenant.emails.admin);
  const { page } = view;
  const outbox = page.locator("section[aria-labelledby=outbox]");
  const item = outbox.locator(".entries > li", { hasText: "B-1" });
  await item.locator("summary").click();
  await untilText(item.getByRole("list", { name: "What has changed" }), "payload.description");
  await untilText(item.getByRole("list", { name: "What has changed" }), '"Corrected"');
  for (const side of ["What was sent", "What the source says now"]) {
    assert.match(await item.getByLabel(side).innerText(), /^\{\s*"period": .*\s*"document_number": "B-1"/);
  }
  await refuse(page, "settle_sync_entries");
  await item.getByLabel("Reason").fill("Corrected by hand");
  await item.getByRole("button", { name: "Keep what was exported" }).click();
  await item.locator("form").getByRole("alert").waitFor();
  assert.equal(await page.getByRole("alert").count(), 1, "said once");
  assert.equal(await item.getByLabel("Reason").inputValue(), "Corrected by hand");
  await page.unroute("**/rpc/settle_sync_entries");

  // Another person has decided when the call arrives, so the form is gone: the list says why. Not before the press: the
  // page would follow that change, and there would be nothing to press.
  await refuse(page, "settle_sync_entries", () =>
    sql`update public.sync_export_entries set conflict_at = null
      where integration_id = ${tenant.integrationId} and document_number = 'B-1'`);
  await item.getByRole("button", { name: "Keep what was exported" }).click();
  await item.waitFor({ state: "detached" });
  await outbox.getByRole("alert").waitFor();
  await page.unroute("**/rpc/settle_sync_entries");

  const other = outbox.locator(".entries > li", { hasText: "B-2" });
  await other.locator("summary").click();
  await other.getByLabel("Reason").fill("Corrected by hand");
  await other.getByRole("button", { name: "Keep what was exported" }).click();
  await other.waitFor({ state: "detached" });
  await untilFocused(page, "outbox");
  await page.getByRole("alert").waitFor({ state: "detached" });
});

Deno.test("a refused pause or withdrawal is said at its form, and a blank reason is none", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  const tenant = await createTenant(database.sql, platform, { entries: 1 });
  await using view = await openConsole(platform);
  await view.signIn(tenant.emails.admin);
  const { page } = view;
  await refuse(page, "withdraw_sync_entries");
  const withdrawal = page.locator(".by-keys");
  await withdrawal.getByText("Withdraw entries …").click();
  await withdrawal.getByLabel("Keys, one a line").fill("entry-1");
  await withdrawal.getByLabel("Reason").fill("Delivered twice");
  await withdrawal.getByRole("button", { name: "Withdraw" }).click();
  await withdrawal.getByRole("alert").waitFor();
  assert.equal(await withdrawal.getByLabel("Keys, one a line").inputValue(), "entry-1");

  await refuse(page, "pause_integration_sync");
  const dialog = page.getByRole("dialog");
  await page.getByRole("button", { name: "Pause …" }).click();
  await dialog.getByLabel("Reason").fill("   ");
  await dialog.getByRole("button", { name: "Pause", exact: true }).click();
  await dialog.getByRole("alert").waitFor();
  await page.unroute("**/rpc/pause_integration_sync");
  await dialog.getByRole("button", { name: "Pause", exact: true }).click();
  await untilText(page.locator(".notice"), /^Paused since [^:]+:\d\d\.$/);
  await untilFocused(page, "name");
});

Deno.test("the list of runs says whether none has run or none fits the filters", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  const tenant = await createTenant(database.sql, platform);
  await using view = await openConsole(platform);
  await view.signIn(tenant.emails.viewer);
  const runs = view.page.locator("section[aria-labelledby=history]");
  await untilText(runs, "No sync has run yet.");
  await runs.getByLabel("Status").selectOption("failed");
  await untilText(runs, "No run fits the filters.");
});

Deno.test("an admin reads which command stores the credentials that an alert asks for, and a viewer does not", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  await using owner = connect(platform.adminUrl);
  const tenant = await createTenant(database.sql, platform);
  await owner.sql`select sync_scheduler.raise_alert(i, 'needs_attention', 'critical', null,
    'An admin has to store the credentials.') from public.sync_integrations i where id = ${tenant.integrationId}`;
  const command = `npx sync-scheduler credentials set ${tenant.orgId} webhook`;
  await using view = await openConsole(platform);
  await view.signIn(tenant.emails.admin);
  await untilText(view.page.locator(".alerts .open"), command);
  await view.page.getByText("Credentials and settings …").click();
  await untilText(view.page.locator(".elsewhere"), command);
  await view.page.getByRole("button", { name: "Sign out" }).click();
  await view.signIn(tenant.emails.viewer);
  await untilText(view.page.locator(".alerts .open"), "An admin has to store the credentials.");
  assert.equal(await view.page.getByText(command).count(), 0);
});
