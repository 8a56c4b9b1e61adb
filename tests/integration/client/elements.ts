/** What the tests of the custom elements share: a page with both, on a controller whose answers are the test's. */
import axe, { type AxeResults } from "axe-core";
import assert from "node:assert/strict";
import { join } from "node:path";
import type { Browser, Locator, Page } from "playwright-core";
import { root, runDeno } from "../../../tools/run_deno.ts";
import { type RunningBrowser, startBrowser } from "../../support/browser/browser.ts";

let running: RunningBrowser;
let script: string;

/** Registers what the tests of a file share: the browser, and the page's script. */
export function useElements(): void {
  Deno.test.beforeAll(async () => {
    running = await startBrowser();
    const directory = await Deno.makeTempDir({ prefix: "sync_scheduler_elements_" });
    try {
      const file = join(directory, "page.js");
      const page = join(root, "tests/integration/client/elements_page.ts");
      await runDeno(["bundle", "--quiet", "--platform=browser", `--output=${file}`, page]);
      script = await Deno.readTextFile(file);
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  });
  Deno.test.afterAll(async () => await running[Symbol.asyncDispose]());
}

/** A page with the parts that tests touch. */
export interface OpenPage extends AsyncDisposable {
  readonly page: Page;
  readonly button: Locator;
  readonly banner: Locator;
  /** Runs in the page, where `stage` and `show` are. */
  readonly play: (code: string) => Promise<unknown>;
  /** Everything that axe has to say against the page. */
  readonly violations: () => Promise<string[]>;
}

/** What the page meets when it asks, and how it is opened. */
export interface PageOptions {
  readonly overview?: Record<string, unknown> | "never";
  readonly last?: Record<string, unknown>;
  readonly locale?: "nb";
  readonly context?: Parameters<Browser["newContext"]>[0];
}

/** Opens the page in a browser profile of its own. At the end it fails for any error that the page reported. */
export async function open(
  { overview = {}, last = {}, locale, context = {} }: PageOptions = {},
): Promise<OpenPage> {
  const browserContext = await running.browser.newContext({
    viewport: { width: 500, height: 320 },
    ...context,
  });
  const page = await browserContext.newPage();
  const errors: unknown[] = [];
  page.on("pageerror", (error) => errors.push(error));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  await page.route("**/*", (route) =>
    route.fulfill({
      contentType: "text/html",
      body: `<!doctype html><html lang="${locale ?? "en"}"><title>Elements</title>
        <meta name="color-scheme" content="light dark"><link rel="icon" href="data:,">
        <style>:root { background: light-dark(#fff, #0b1220) } main { display: grid; gap: 1em; font: 16px/1.5 sans-serif }</style><main><h1>Sync</h1></main></html>`,
    }));
  await page.goto(`http://elements.test/?locale=${locale ?? ""}`);
  await page.addScriptTag({ content: script, type: "module" });
  await page.waitForFunction("'show' in globalThis");
  const play = (code: string) => page.evaluate(code);
  await play(`show(${JSON.stringify(overview)}, ${JSON.stringify(last)})`);
  await page.evaluate("document.querySelector('sync-status-banner').updateComplete");
  return {
    page,
    button: page.locator("manual-sync-button [part=button]"),
    banner: page.locator("sync-status-banner"),
    play,
    async violations() {
      await page.evaluate(axe.source);
      const { violations } = await page.evaluate("axe.run()") as AxeResults;
      return violations.map((violation) => `${violation.id}: ${violation.nodes[0]?.html}`);
    },
    async [Symbol.asyncDispose]() {
      await browserContext.close();
      assert.deepEqual(errors, [], "the page has reported errors");
    },
  };
}

/** The words of the banner, and those of the button's reason. */
export const status = ({ banner }: OpenPage): Promise<string | null> =>
  banner.getByRole("status").textContent();
export const reason = ({ page }: OpenPage): Promise<string | null> =>
  page.locator("manual-sync-button [part=reason]").textContent();

/** The columns of a run that has ended. */
export const ENDED = `finished_at: "2026-11-25T12:01:00Z"`;
