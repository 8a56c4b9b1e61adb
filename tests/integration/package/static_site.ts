import { extname } from "node:path";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
};

/** A directory of files under an address of its own, until the end of the block. */
export interface StaticSite extends AsyncDisposable {
  readonly url: string;
}

/** Serves what a build has made, as any web server would. */
export function serveDirectory(directory: string): StaticSite {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const { pathname } = new URL(request.url);
    const path = pathname.endsWith("/") ? `${pathname}index.html` : pathname;
    const file = await Deno.readFile(directory + path).catch(() => null);
    if (file === null) return new Response("not found", { status: 404 });
    return new Response(file, {
      headers: { "content-type": TYPES[extname(path)] ?? "application/octet-stream" },
    });
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}/`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
