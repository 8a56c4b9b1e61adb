import { callEdgeFunction, type FindFunction, FUNCTIONS_PATH } from "./functions_gateway.ts";

/** A way in for a database that does not share this machine's loopback. */
export interface FunctionsDoor {
  readonly port: number;
  stop(): Promise<void>;
}

/**
 * Serves `/functions/v1`, and nothing else, on all of this machine's addresses: a Postgres in a container does not
 * reach the loopback. A caller from there needs the token of an attempt. Data API and Auth stay on the loopback,
 * because the passwords of their people are known.
 */
export function openFunctionsDoor(find: FindFunction): FunctionsDoor {
  const aborting = new AbortController();
  const server = Deno.serve(
    { signal: aborting.signal, hostname: "0.0.0.0", port: 0, onListen: () => {} },
    async (request) =>
      new URL(request.url).pathname.startsWith(`${FUNCTIONS_PATH}/`)
        ? await callEdgeFunction(find, request)
        : Response.json({ message: "only functions are served here" }, { status: 404 }),
  );
  return {
    port: server.addr.port,
    async stop() {
      aborting.abort();
      await server.finished;
    },
  };
}
