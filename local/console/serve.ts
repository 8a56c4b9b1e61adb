/**
 * Serves the console page to a developer, next to a running local platform.
 *
 * @module
 */
import { basename, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Vendor } from "../vendors/vendor.ts";
import type { ConsoleConfig } from "../../src/console/config.ts";
import { bundlePage } from "./bundle.ts";
import { PASSWORD, PEOPLE } from "./people.ts";

const PAGE = fileURLToPath(new URL("../../src/console/", import.meta.url));
const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".map": "application/json",
  ".woff2": "font/woff2",
};

/** What the page needs of a platform. */
export interface ServedPlatform {
  readonly apiUrl: string;
  readonly publishableKey: string;
  /** Private directory for the scripts. */
  readonly scratch: string;
  readonly vendors: readonly Vendor[];
}

/** The page, being served. */
export interface ConsoleServer extends AsyncDisposable {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Bundles the page and serves it on loopback. After a change of its sources the next reload has it.
 *
 * @example
 * ```ts ignore
 * await using platform = await startPlatform();
 * await using page = await serveConsole(platform);
 * console.log(page.url);
 * ```
 */
export async function serveConsole(
  platform: ServedPlatform,
  { port = 0, apiUrl = platform.apiUrl }: { port?: number; apiUrl?: string } = {},
): Promise<ConsoleServer> {
  const bundle = await bundlePage(join(platform.scratch, "console"));
  const config: ConsoleConfig = {
    apiUrl,
    publishableKey: platform.publishableKey,
    people: PEOPLE,
    password: PASSWORD,
    ledgerUrl: "/ledgers",
  };

  const handle = async (request: Request): Promise<Response> => {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/") {
      await bundle.refresh();
      return await page(config);
    }
    const ledger = /^\/ledgers\/([a-z0-9_]+)$/.exec(pathname)?.[1];
    if (ledger !== undefined) {
      const vendor = platform.vendors.find(({ integrationType }) => integrationType === ledger);
      return Response.json(vendor?.ledger(searchParams.get("org") ?? "") ?? []);
    }
    if (pathname === "/console.css") return await file(join(PAGE, "console.css"));
    const [, folder, name] = /^\/(assets|fonts)\/([\w.-]+)$/.exec(pathname) ?? [];
    if (folder === undefined || name === undefined) return new Response("Not found", { status: 404 });
    return await file(join(folder === "assets" ? bundle.directory : join(PAGE, "fonts"), basename(name)));
  };
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port,
    onListen: () => {},
    onError: (error) => new Response(String(error instanceof Error ? error.message : error), { status: 500 }),
  }, handle);
  const stop = () => server.shutdown();
  return { url: `http://127.0.0.1:${server.addr.port}/`, stop, [Symbol.asyncDispose]: stop };
}

async function page(config: ConsoleConfig): Promise<Response> {
  const html = await Deno.readTextFile(join(PAGE, "index.html"));
  // Within a script element only "<" could end it.
  const json = JSON.stringify(config).replaceAll("<", "\\u003c");
  const body = html.replace(/(id="config">)[^<]*/, (_all, tag: string) => tag + json);
  return new Response(body, {
    headers: { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" },
  });
}

async function file(path: string): Promise<Response> {
  const type = TYPES[extname(path)];
  const body = type === undefined ? null : await Deno.readFile(path).catch(() => null);
  if (type === undefined || body === null) return new Response("Not found", { status: 404 });
  return new Response(body, { headers: { "content-type": type, "cache-control": "no-cache" } });
}
