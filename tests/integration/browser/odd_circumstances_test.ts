/// <reference lib="dom" />
/** The page where little is as usual: no connection, nothing to show, a clock that is wrong, names that are long. */
import assert from "node:assert/strict";
import { startWebhookReceiver } from "../../../local/vendors/webhook_receiver.ts";
import { assertAccessible } from "../../support/browser/axe.ts";
import { openConsole, untilText } from "../../support/browser/console.ts";
import { usePlatform } from "../../support/platform.ts";
import { createTenant } from "../../support/tenant.ts";

const LONG =
  "Aktieselskabet for Fiskeri, Oppdrett og Videreforedling av Rindfleischetikettierungsüberwachungsaufgaben AS";

// Further ahead a session would seem to be over, and be renewed with every request.
for (const minutes of [45, -300]) {
  Deno.test(`the cooldown counts from five minutes on a machine whose clock is wrong by ${minutes} minutes`, async () => {
    const platform = await usePlatform();
    await using database = platform.connect();
    await using receiver = await startWebhookReceiver();
    const tenant = await createTenant(database.sql, platform, { receiver, entries: 1 });
    await using view = await openConsole(platform, {
      prepare: (page) => page.clock.install({ time: Date.now() + minutes * 60_000 }),
    });
    await view.signIn(tenant.emails.coordinator);
    await view.button.click();
    await untilText(view.banner, "The sync has succeeded");
    await untilText(view.button, /^Sync again in 04:\d\d$/);
    await untilText(view.reason, /Try again in \d minutes/);
  });
}

Deno.test("without a connection signing in says so in words", async () => {
  const platform = await usePlatform();
  await using view = await openConsole(platform);
  await view.page.getByLabel("E-mail").waitFor();
  await view.page.context().setOffline(true);
  await view.signIn("somebody@example.test", { isLive: false });
  await untilText(view.page.getByRole("alert"), "There is no connection to the server.");
});

Deno.test("the page says so when an organisation has no integrations, and a person no organisation", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  const tenant = await createTenant(database.sql, platform);
  await database.sql`delete from public.sync_integrations where org_id = ${tenant.orgId}`;
  await using view = await openConsole(platform);
  await view.signIn(tenant.emails.viewer);
  await untilText(view.page.locator("h1"), "No external system is connected yet");
  await assertAccessible(view.page, "without integrations");
  await view.page.getByRole("button", { name: "Sign out" }).click();
  await view.signIn(tenant.emails.stranger, { isLive: false });
  await untilText(view.page.locator("h1"), "You belong to no organisation");
  await assertAccessible(view.page, "without an organisation");
});

Deno.test("long names make the page no wider than the phone", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  const tenant = await createTenant(database.sql, platform);
  await database.sql`update public.organizations set name = ${LONG} where id = ${tenant.orgId}`;
  await using view = await openConsole(platform, { width: 390 });
  await view.signIn(tenant.emails.viewer);
  await untilText(view.page.locator("h1"), "Webhook");
  await view.page.locator("h1").evaluate(
    (heading, name) => heading.textContent = name,
    LONG.replaceAll(" ", ""),
  );
  const across = await view.page.evaluate(() => document.documentElement.scrollWidth);
  assert.equal(across, 390);
});
