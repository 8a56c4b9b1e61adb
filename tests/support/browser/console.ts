/// <reference lib="dom" />
/**
 * The console page in a real browser, against the platform of the tests.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Locator, Page } from "playwright-core";
import type { Vendor } from "../../../local/vendors/vendor.ts";
import { type ConsoleServer, serveConsole } from "../../../local/console/serve.ts";
import { type RunningBrowser, startBrowser } from "./browser.ts";
import { PASSWORD } from "../people.ts";
import type { ApiAccess } from "../tenant.ts";

// Chromium on a busy machine; nothing asserts on how long it takes.
const TIMEOUT_MS = 30_000;

/** A page with the parts that tests touch, and what it has done so far. */
export interface ConsolePage extends AsyncDisposable {
  readonly page: Page;
  /** The library's button, and the text next to it. */
  readonly button: Locator;
  readonly reason: Locator;
  /** The library's banner. */
  readonly banner: Locator;
  /** Every request to the API, in order: `POST /rest/v1/rpc/sync_overview`. */
  readonly requests: readonly string[];
  /** Calls back for everything that comes through a WebSocket from now on. */
  onFrame(listener: (frame: string | Uint8Array) => void): void;
  /** How often a document was loaded. */
  readonly loads: () => number;
  /** Signs in with the password and waits until changes are reported as they happen, unless they never will be. */
  signIn(email: string, options?: { readonly isLive: boolean }): Promise<void>;
  /** Signs in as a person of the seed, by one press on the name. */
  signInAs(name: string): Promise<void>;
  /** Goes to the page of an integration by its link, and waits until it is the one that is shown. */
  openIntegration(name: string): Promise<void>;
  untilLive(): Promise<void>;
  /** What the browser complained of, except a refused request, which it always reports. */
  readonly problems: readonly string[];
}

/** How a page is opened. */
export interface OpenOptions {
  /** The API as the page reaches it, when that is not the platform's own address. */
  readonly apiUrl?: string;
  readonly colorScheme?: "light" | "dark";
  readonly width?: number;
  /** The external systems whose books it shows; none by default. */
  readonly vendors?: readonly Vendor[];
  /** Before anything is loaded. */
  prepare?(page: Page): Promise<void>;
}

/** Opens the page in a browser profile of its own. At the end it fails for anything that the page threw. */
export async function openConsole(access: ApiAccess, options: OpenOptions = {}): Promise<ConsolePage> {
  const { apiUrl = access.apiUrl, colorScheme = "light", width = 1280 } = options;
  const server = await serve({ ...access, apiUrl }, options.vendors ?? []);
  const { browser } = await (running ??= startBrowser());
  const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 } });
  const page = await context.newPage();
  page.setDefaultTimeout(TIMEOUT_MS);
  const requests: string[] = [];
  const problems: string[] = [];
  let loads = 0;
  page.on("request", (request) => {
    const { origin, pathname, search } = new URL(request.url());
    if (request.method() !== "OPTIONS" && origin === new URL(apiUrl).origin) {
      requests.push(`${request.method()} ${pathname}${search}`);
    }
  });
  const frames: ((frame: string | Uint8Array) => void)[] = [];
  page.on("websocket", (socket) =>
    socket.on("framereceived", ({ payload }) => {
      for (const listener of frames) listener(payload);
    }));
  page.on("load", () => loads++);
  page.on("pageerror", (error) => problems.push(error.stack ?? String(error)));
  page.on("console", (message) => {
    if (message.type() === "error" && !/^Failed to load resource|WebSocket connection/.test(message.text())) {
      problems.push(message.text());
    }
  });
  await options.prepare?.(page);
  await page.goto(server.url);

  const untilLive = () => page.locator(".live").getByText("Live", { exact: true }).waitFor();
  return {
    page,
    button: page.locator("manual-sync-button").getByRole("button"),
    reason: page.locator("manual-sync-button").locator("#reason"),
    banner: page.locator("sync-status-banner"),
    requests,
    problems,
    onFrame: (listener) => void frames.push(listener),
    loads: () => loads,
    untilLive,
    async signIn(email, { isLive } = { isLive: true }) {
      await page.getByLabel("E-mail").fill(email);
      await page.getByLabel("Password").fill(PASSWORD);
      await page.getByRole("button", { name: "Sign in", exact: true }).click();
      if (isLive) await untilLive();
    },
    async signInAs(name) {
      await page.getByRole("button", { name }).click();
      await untilLive();
    },
    async openIntegration(name) {
      await page.getByRole("link", { name }).click();
      await page.locator("h1", { hasText: name }).waitFor();
    },
    async [Symbol.asyncDispose]() {
      await context.close();
      assert.deepEqual(problems, [], "the page complained of nothing");
    },
  };
}

/** Waits for a text in a part of the page. */
export async function untilText(part: Locator, text: string | RegExp): Promise<void> {
  await part.getByText(text).first().waitFor();
}

let running: Promise<RunningBrowser> | undefined;
const servers = new Map<string, Promise<ConsoleServer>>();
let directory: string | undefined;

/** One server for all tests of the file that reach the API at the same address. */
function serve(access: ApiAccess, vendors: readonly Vendor[]): Promise<ConsoleServer> {
  const known = servers.get(access.apiUrl);
  if (known !== undefined) return known;
  directory ??= Deno.makeTempDirSync({ prefix: "sync_scheduler_console_" });
  const server = serveConsole({ ...access, scratch: directory, vendors });
  servers.set(access.apiUrl, server);
  return server;
}

Deno.test.afterAll(async () => {
  await (await running)?.[Symbol.asyncDispose]();
  for (const server of servers.values()) await (await server).stop();
  if (directory !== undefined) await Deno.remove(directory, { recursive: true });
});
