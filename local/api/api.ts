import type { ApiKeys } from "../api_keys.ts";
import { type Realtime, REALTIME_PATH } from "../realtime/realtime.ts";
import { callEdgeFunction, type FindFunction, FUNCTIONS_PATH } from "./functions_gateway.ts";
import { type ApiBackend, connectLite, divertLiteErrors, type Lite } from "./lite.ts";

export interface ApiOptions extends ApiKeys {
  /** A fixed port; a free one by default. */
  readonly port?: number | undefined;
  /** Takes what lite would print for every refused query. */
  readonly logFile: string;
  readonly findFunction: FindFunction;
  readonly realtime: () => Realtime | undefined;
  /** How many rows an answer of the Data API has at most; 1,000 by default, as on the platform. */
  readonly maxRows?: number | undefined;
}

/** The platform's one address, on the loopback: the functions' gateway and, once connected, Data API, Auth and Realtime. */
export interface Api {
  readonly port: number;
  /**
   * Connects Data API and Auth to a database whose migrations are applied; until then they answer 503. Not called
   * where a full stack has its own.
   */
  connect(backend: ApiBackend): Promise<void>;
  /** Forgets the known tables and functions, after a migration. */
  reloadSchema(): Promise<void>;
  stop(): Promise<void>;
}

/** For sign-ins: the small Auth here cannot read the tables of Supabase's own. */
const USE_ITS_API =
  "The database of SUPABASE_DB_URL has Supabase's own Auth, which this platform cannot replace. Set SUPABASE_URL, " +
  "SUPABASE_PUBLISHABLE_KEY and SUPABASE_SECRET_KEY to its API, too: `supabase status -o env` prints them.";

/** Serves `/rest/v1` and `/auth/v1` by @supabase/lite, `/functions/v1` by the functions' processes, and `/realtime/v1`. */
export function startApi(options: ApiOptions): Api {
  let restoreConsole = (): void => {};
  let lite: Lite | undefined;
  let hasOwnAuth = false;

  const handle = async (request: Request): Promise<Response> => {
    if (request.method === "OPTIONS") return preflight(request);
    const { pathname } = new URL(request.url);
    if (pathname.startsWith(`${FUNCTIONS_PATH}/`)) {
      return await callEdgeFunction(options.findFunction, request);
    }
    if (pathname === REALTIME_PATH) {
      return options.realtime()?.accept(request) ?? answer(503, "no database is connected here");
    }
    if (!/^\/(auth|rest)\/v1(\/|$)/.test(pathname)) return answer(404, "no Route matched with those values");
    if (lite === undefined) return answer(503, "no database is connected here");
    if (hasOwnAuth && pathname.startsWith("/auth/")) return answer(501, USE_ITS_API);
    return withCors(await lite.fetch(request));
  };
  const aborting = new AbortController();
  const server = Deno.serve({
    signal: aborting.signal,
    hostname: "127.0.0.1",
    port: options.port ?? 0,
    onListen: () => {},
    onError: (error) => {
      console.error("Local API:", error);
      return answer(500, "internal error of the local platform");
    },
  }, handle);

  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    // A request whose query waits for a database that is gone never ends, and neither would a graceful stop.
    aborting.abort();
    await lite?.close();
    await server.finished;
    restoreConsole();
  };

  return {
    port: server.addr.port,
    async connect(backend) {
      restoreConsole = divertLiteErrors(options.logFile);
      lite = await connectLite(backend, options);
      hasOwnAuth = await lite.hasOwnAuth();
    },
    reloadSchema: async () => await lite?.reloadSchema(),
    stop: () => stopped ??= stop(),
  };
}

function preflight(request: Request): Response {
  const headers = request.headers.get("access-control-request-headers") ??
    "authorization, apikey, content-type";
  return new Response(null, {
    status: 204,
    headers: {
      "access-control-allow-origin": "*",
      "access-control-allow-headers": headers,
      "access-control-allow-methods": "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS",
      "access-control-max-age": "3600",
    },
  });
}

function answer(status: number, message: string): Response {
  return withCors(Response.json({ message }, { status }));
}

function withCors(response: Response): Response {
  if (response.headers.has("access-control-allow-origin")) return response;
  const copy = new Response(response.body, response);
  copy.headers.set("access-control-allow-origin", "*");
  return copy;
}
