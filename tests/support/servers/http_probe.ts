import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A request that a probe has seen. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * A server for tests of what sends requests. Paths: `/ok`, `/held` (answers when released), `/dropped` (hangs up without an
 * answer), anything else 404.
 */
export interface HttpProbe extends AsyncDisposable {
  readonly url: string;
  readonly seen: readonly SeenRequest[];
  /** Lets the requests to `/held` go. */
  release(): void;
}

/** Starts a probe where the database can reach it: on SYNC_LOCAL_HOST, loopback by default. */
export async function startHttpProbe(): Promise<HttpProbe> {
  const host = Deno.env.get("SYNC_LOCAL_HOST") || "127.0.0.1";
  const seen: SeenRequest[] = [];
  const held = Promise.withResolvers<void>();
  const server = createServer((request, response) => {
    void (async () => {
      let body = "";
      for await (const chunk of request) body += chunk;
      const path = request.url ?? "";
      const headers = Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
      );
      seen.push({ method: request.method ?? "", path, headers, body });
      if (path.startsWith("/held")) await held.promise;
      if (path.startsWith("/dropped")) return void request.socket.destroy();
      response.writeHead(/^\/(ok|held)/.test(path) ? 200 : 404, { "content-type": "application/json" });
      response.end('{"hello":"world"}');
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, host === "127.0.0.1" ? host : "0.0.0.0", resolve));
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    seen,
    release: () => held.resolve(),
    async [Symbol.asyncDispose]() {
      held.resolve();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
