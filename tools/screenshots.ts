/// <reference lib="dom" />
/**
 * `deno task screenshots`: pictures of the console page for the README, from a throw-away platform.
 *
 * @module
 */
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { readSwitches, runTask } from "../local/command_line.ts";
import { type Platform, startPlatform } from "../local/platform.ts";
import { startBrowser } from "../tests/support/browser/browser.ts";
import { serveConsole } from "../local/console/serve.ts";
import { root } from "./run_deno.ts";

interface Picture {
  readonly name: string;
  readonly scheme: "light" | "dark";
  readonly width: number;
  readonly height: number;
  readonly type: string;
  /** What is done before. */
  prepare?(page: Page, platform: Platform): Promise<void>;
}

const PICTURES: readonly Picture[] = [
  { name: "console_light", scheme: "light", width: 1360, height: 1120, type: "webhook", prepare: startSync },
  {
    name: "console_dark",
    scheme: "dark",
    width: 1360,
    height: 1120,
    type: "xledger",
    prepare: openFailedRun,
  },
  { name: "console_phone", scheme: "light", width: 390, height: 844, type: "webhook" },
];

/** A sync that waits in its middle. */
async function startSync(page: Page, platform: Platform): Promise<void> {
  const good = Array.from({ length: 6 }, () => ({ kind: "slow", ms: 0 }) as const);
  platform.receiver.misbehave(...good, { kind: "hold" });
  await page.locator("manual-sync-button").getByRole("button").click();
  await page.locator("sync-status-banner").getByText("600 of 996 entries").waitFor();
}

async function openFailedRun(page: Page): Promise<void> {
  // The newest failed run may be on a later page of the list.
  await page.getByLabel("Status").selectOption("failed");
  await page.locator(".runs tr", { hasText: "Succeeded" }).first().waitFor({ state: "detached" });
  await page.locator(".runs tr", { hasText: "Failed" }).first().getByRole("button").click();
  await page.locator(".timeline").getByText("Finished").waitFor();
}

async function main(isFull: boolean): Promise<void> {
  await using platform = await startPlatform({ vendors: true, history: true });
  await using server = await serveConsole(platform);
  await using running = await startBrowser();
  for (const picture of PICTURES) await take(running.browser, server.url, picture, platform, isFull);
}

async function take(
  browser: Browser,
  url: string,
  picture: Picture,
  platform: Platform,
  isFull: boolean,
): Promise<void> {
  const { name, scheme, width, height, type, prepare } = picture;
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: scheme,
    deviceScaleFactor: 1.5,
    reducedMotion: "reduce",
    timezoneId: "Europe/Oslo",
  });
  const page = await context.newPage();
  page.on("console", (message) => console.log(`${name}: ${message.type()} ${message.text()}`));
  page.on("pageerror", (error) => console.log(`${name}: ${error.stack}`));
  await page.goto(`${url}#/${type}`);
  await page.getByRole("button", { name: "Astrid Admin" }).click();
  await settle(page);
  await prepare?.(page, platform);
  // What was pressed is gone, and the pointer would now point at something else.
  await page.mouse.move(0, 0);
  const path = join(root, "docs", "images", `${name}.png`);
  await page.screenshot({ path, fullPage: isFull });
  console.log(path);
  await context.close();
}

/** Until everything is loaded and drawn. */
async function settle(page: Page): Promise<void> {
  await page.getByText("Live", { exact: true }).waitFor();
  await page.waitForFunction(() =>
    document.querySelectorAll(".plot svg").length >= 2 && document.querySelector(".skeleton") === null
  );
  await page.evaluate(() => document.fonts.ready);
}

const USAGE = `Usage: deno task screenshots [--full]

Starts a throw-away local platform with a past and takes docs/images/console_*.png.

  --full  the whole page, instead of what a window shows`;

if (import.meta.main) {
  const isFull = readSwitches(USAGE, ["full"]).has("full");
  await runTask(() => main(isFull));
  Deno.exit();
}
