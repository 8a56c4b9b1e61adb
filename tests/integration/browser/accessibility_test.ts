/// <reference lib="dom" />
/** The page for people with a keyboard only, with a screen reader, with other colours, on a phone. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { type Platform, startPlatform } from "../../../local/platform.ts";
import { startWebhookReceiver } from "../../../local/vendors/webhook_receiver.ts";
import { assertAccessible } from "../../support/browser/axe.ts";
import { openConsole, untilText } from "../../support/browser/console.ts";
import { embeddedOnly } from "../../support/local_only.ts";
import { PASSWORD } from "../../support/people.ts";
import { usePlatform } from "../../support/platform.ts";
import { createTenant } from "../../support/tenant.ts";

let started: Promise<Platform> | undefined;
Deno.test.afterAll(async () => await (await started)?.stop());

for (const colorScheme of ["light", "dark"] as const) {
  for (const width of [1280, 390]) {
    Deno.test({
      ...embeddedOnly(`axe finds no violation in ${colorScheme} colours at a width of ${width}`),
      async fn() {
        const platform = await (started ??= startPlatform({ vendors: true, history: true }));
        await using view = await openConsole(platform, { colorScheme, width, vendors: platform.vendors });
        const { page } = view;
        await page.getByRole("button", { name: "Astrid Admin" }).waitFor();
        await assertAccessible(page, "signing in");
        await view.signInAs("Astrid Admin");
        await view.openIntegration("Webhook");
        await page.locator(".plot svg").nth(2).waitFor();
        await assertAccessible(page, "the page of an integration");
        const across = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.equal(across, width, "nothing is to be scrolled sideways, but within lists and tables");
        await page.locator(".runs tbody button").first().click();
        await page.locator(".timeline").waitFor();
        const beyond = await page.locator(".scroll:has(.runs)").evaluate(async (box) => {
          await document.fonts.ready;
          return box.scrollWidth - box.clientWidth;
        });
        assert.equal(beyond, 0, "nothing of the runs is out of sight, also when one is opened");
        for (const entry of await page.locator(".entries summary").all()) await entry.click();
        await assertAccessible(page, "with everything opened");
        await page.getByRole("button", { name: "Pause …" }).click();
        await page.getByRole("dialog").getByLabel("Reason").waitFor();
        await assertAccessible(page, "in the dialog");
      },
    });
  }
}

Deno.test("a keyboard is enough to sign in, to start a sync, to open its timeline and to sign out", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  await using receiver = await startWebhookReceiver();
  const tenant = await createTenant(database.sql, platform, { receiver, entries: 2 });
  await using view = await openConsole(platform);
  const { page } = view;
  await page.getByLabel("E-mail").waitFor();
  await tabTo(page, "E-mail");
  await page.keyboard.type(tenant.emails.coordinator);
  await tabTo(page, "Password");
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press("Enter");
  await view.untilLive();

  await untilText(view.button, "Sync now");
  await view.button.and(page.locator("[aria-disabled=false]")).waitFor();
  await tabTo(page, "Sync now");
  await page.keyboard.press("Enter");
  await untilText(view.banner, "The sync has succeeded");
  // It can still be reached, so that its reason can be read.
  const isFocused = await view.button.evaluate((button) =>
    (button.getRootNode() as ShadowRoot).activeElement === button
  );
  assert.ok(isFocused);

  await page.locator(".runs tbody").getByText("Succeeded").waitFor();
  await tabTo(page, /^\w{3} \d+ \w+, \d\d:\d\d$/);
  await page.keyboard.press("Space");
  await page.locator(".timeline").getByText("Finished").waitFor();
  await tabTo(page, "Sign out");
  await page.keyboard.press("Enter");
  await page.getByLabel("E-mail").waitFor();
});

/** Presses Tab until something with that name has the focus, at most as often as there are things on the page. */
async function tabTo(page: Page, name: string | RegExp): Promise<void> {
  const passed: string[] = [];
  while (passed.length < 80) {
    await page.keyboard.press("Tab");
    const found = await focused(page);
    if (typeof name === "string" ? found === name : name.test(found)) return;
    passed.push(found);
  }
  assert.fail(`${name} cannot be reached with Tab, only ${[...new Set(passed)].join(", ")}`);
}

/** The label or text of what has the focus, in shadow roots too. */
function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    let element = document.activeElement;
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    const labels = element instanceof HTMLInputElement ? element.labels : null;
    return (labels?.[0]?.innerText ?? (element as HTMLElement | null)?.innerText ?? "").trim();
  });
}
