/**
 * A real browser, from npm, without a display and as root: what CI has.
 *
 * @module
 */
import chromium from "@sparticuz/chromium";
import { type Browser, chromium as playwright } from "playwright-core";

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
 * Unpacks Chromium once a process, into a directory of its own that goes with the process. The package would leave it in
 * the directory that all users share, where the next user may neither run nor replace it.
 */
async function unpack(): Promise<string> {
  const directory = await Deno.makeTempDir({ prefix: "sync_scheduler_chromium_" });
  addEventListener("unload", () => Deno.removeSync(directory, { recursive: true }));
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
