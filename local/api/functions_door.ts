import { callEdgeFunction, type FindFunction, FUNCTIONS_PATH } from "./functions_gateway.ts";

/** A way in for a database that does not share this machine's loopback. */
export interface FunctionsDoor {
  readonly port: number;
  stop(): Promise<void>;
}

/**
 * Serves `/functions/v1`, and nothing else, on all of this machine's addresses: a Postgres in a container reaches none of
 * the loopback. Whoever comes that way needs the token of an attempt; Data API and Auth, whose people have known
 * passwords, stay on the loopback.
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
