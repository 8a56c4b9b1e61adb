/**
 * A real browser, from npm, without a display and as root: what CI has.
 *
 * @module
 */
import chromium from "@sparticuz/chromium";
import { type Browser, chromium as playwright } from "playwright-core";
import { whileLocked } from "../../../cli/install/lock.ts";
import { startJanitor } from "../../../local/lifecycle/janitor.ts";

/** Environment variable that names the folder in which a run of the tests keeps the unpacked browser. */
export const BROWSER_VARIABLE = "SYNC_SCHEDULER_TEST_BROWSER";

/** A browser that closes with the block. */
export interface RunningBrowser extends AsyncDisposable {
  readonly browser: Browser;
}

/**
 * Starts Chromium. Its package also brings arguments for AWS Lambda, which are not taken: they switch off the same-origin
 * policy, and with it what a test of a page is about.
 */
export async function startBrowser(): Promise<RunningBrowser> {
  const browser = await playwright.launch({
    executablePath: await (executable ??= unpack()),
    // Root has no sandbox; containers have little shared memory.
    args: [
      "--headless=shell",
      "--no-sandbox",
      "--disable-dev-shm-usage",
      "--disable-gpu",
      "--font-render-hinting=none",
    ],
    headless: true,
  });
  return { browser, [Symbol.asyncDispose]: () => browser.close() };
}

let executable: Promise<string> | undefined;

/**
 * Unpacks Chromium, which takes 3 s of processor time: once a run of the tests, or into a directory that goes with this
 * process. The package would leave it in the directory that all users share, where the next user may neither run nor
 * replace it.
 */
async function unpack(): Promise<string> {
  const ofRun = Deno.env.get(BROWSER_VARIABLE);
  // The first file that asks unpacks it; the others wait for that.
  if (ofRun !== undefined) return await whileLocked(ofRun, () => unpackInto(ofRun));
  const directory = await Deno.makeTempDir({ prefix: "sync_scheduler_chromium_" });
  addEventListener("unload", () => Deno.removeSync(directory, { recursive: true }));
  // An uncaught error ends the process without that event.
  startJanitor(directory);
  return await unpackInto(directory);
}

async function unpackInto(directory: string): Promise<string> {
  const shared = Deno.env.get("TMPDIR");
  // The only way to give the package the place; it looks before it begins to unpack.
  Deno.env.set("TMPDIR", directory);
  try {
    return await chromium.executablePath();
  } finally {
    if (shared === undefined) Deno.env.delete("TMPDIR");
    else Deno.env.set("TMPDIR", shared);
  }
}
