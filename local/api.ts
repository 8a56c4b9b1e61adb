import { App } from "@supabase/lite";
import { createPostgresConnection, type PostgresConnection } from "@supabase/lite/postgres";
import { type EdgeFunction } from "./edge_function.ts";
import { callEdgeFunction } from "./functions_gateway.ts";

/** Who signs in to the database for what. */
export interface ApiBackend {
  /** URL of `authenticator`: it may do nothing but become the role that a request's token names. */
  readonly dataUrl: string;
  /** URL of the role that owns the auth schema. */
  readonly authUrl: string;
  /** URL of a role that sees the whole catalog. */
  readonly catalogUrl: string;
}

export interface ApiOptions {
  readonly publishableKey: string;
  readonly secretKey: string;
  readonly jwtSecret: string;
  /** A fixed port; a free one by default. */
  readonly port?: number | undefined;
  /** The address to listen on; loopback by default. */
  readonly hostname?: string | undefined;
  /** Takes what lite would print for every refused query. */
  readonly logFile: string;
  readonly edgeFunction: () => EdgeFunction | undefined;
}

/** The platform's one address: Data API, Auth and the functions' gateway. */
export interface Api {
  readonly port: number;
  /** Connects to a database whose migrations are applied; until then requests get 503. */
  connect(backend: ApiBackend): Promise<void>;
  /** Forgets the known tables and functions, after a migration. */
  reloadSchema(): Promise<void>;
  stop(): Promise<void>;
}

/** Serves `/rest/v1` and `/auth/v1` by @supabase/lite, and `/functions/v1` by the function's process. */
export function startApi(options: ApiOptions): Api {
  const restoreConsole = divertLiteErrors(options.logFile);
  let lite: Lite | undefined;

  const handle = async (request: Request): Promise<Response> => {
    if (request.method === "OPTIONS") return preflight(request);
    const { pathname } = new URL(request.url);
    if (pathname.startsWith("/functions/v1/")) return await callEdgeFunction(options.edgeFunction(), request);
    if (!/^\/(auth|rest)\/v1(\/|$)/.test(pathname)) return answer(404, "no Route matched with those values");
    if (lite === undefined) return answer(503, "the local platform is starting");
    return withCors(await lite.app.fetch(request));
  };
  const aborting = new AbortController();
  const server = Deno.serve({
    signal: aborting.signal,
    hostname: options.hostname ?? "127.0.0.1",
    port: options.port ?? 0,
    onListen: () => {},
    onError: (error) => {
      console.error("Local API:", error);
      return answer(500, "internal error of the local platform");
    },
  }, handle);

  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    restoreConsole();
    // A request whose query waits for a database that is gone never ends, and neither would a graceful stop.
    aborting.abort();
    await Promise.all(lite?.connections.map((connection) => connection.driver.end({ timeout: 0 })) ?? []);
    await server.finished;
  };

  return {
    port: server.addr.port,
    async connect(backend) {
      lite = await connectLite(backend, options);
    },
    async reloadSchema() {
      await Promise.all(lite?.connections.map((connection) => connection.clearSchemaCache()) ?? []);
    },
    stop: () => stopped ??= stop(),
  };
}

interface Lite {
  readonly app: { fetch(request: Request): Response | Promise<Response> };
  readonly connections: readonly PostgresConnection[];
}

/**
 * One lite app over three connections, so that none has more rights than its work needs: the app's own serves
 * Auth and looks up a token's session, all requests to the Data API run as `authenticator`, and a third one reads
 * the catalog, since the information schema shows only what the asking role may use.
 */
async function connectLite(backend: ApiBackend, options: ApiOptions): Promise<Lite> {
  const catalog = connect(backend.catalogUrl, 2);
  const data = connect(backend.dataUrl, 20);
  const auth = connect(backend.authUrl, 5);
  for (const connection of [auth, data]) {
    connection.introspect = (request) => catalog.introspect(request);
    connection.viewOptionsMetadata = (name, schema) => catalog.viewOptionsMetadata(name, schema);
  }
  auth.withContext = (vars, work, settings) => data.withContext(vars, work, settings);
  const app = new App({
    connection: auth,
    auth: {
      enabled: true,
      jwt_secret: options.jwtSecret,
      publishable_key: options.publishableKey,
      secret_key: options.secretKey,
    },
  });
  await Promise.all([app.init(), catalog.introspect({ useCache: true })]);
  return { app, connections: [catalog, data, auth] };
}

function connect(url: string, max: number): PostgresConnection {
  const connection = createPostgresConnection({
    url,
    // A database that comes back is used at once, instead of after the driver's growing pauses.
    postgresOptions: { max, onnotice: () => {}, backoff: () => 0.1, types: { jsonb: jsonbParameters } },
  });
  // lite would otherwise "help" at the first request: make roles, and grant all tables of every schema with RLS to
  // the API's roles. That would hide each grant that our migrations forget. Saying that it has been done makes it
  // switch roles for every request, and nothing else.
  Reflect.set(connection, "rlsState", "active");
  return connection;
}

/**
 * lite hands objects and lists over as JSON text, which the driver would encode once more: a function would get a JSON
 * string where PostgREST gives it the list. The price: a bare string parameter that looks like JSON is taken for it.
 */
const jsonbParameters = {
  to: 3802,
  from: [3802],
  serialize: (value: unknown): string =>
    typeof value === "string" && isJson(value) ? value : JSON.stringify(value),
  parse: (text: string): unknown => JSON.parse(text),
};

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
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

/**
 * lite prints every error of the database to the console, also those that are the right answer to a request (403,
 * 409, 429): they go to a log. Everything else is printed as before.
 */
function divertLiteErrors(logFile: string): () => void {
  const print = console.error;
  const divert = (...values: unknown[]): void => {
    const [error] = values;
    if (!(error instanceof Error) || error.name !== "PostgresError") return print(...values);
    Deno.writeTextFileSync(logFile, `${new Date().toISOString()} ${error.message}\n`, { append: true });
  };
  console.error = divert;
  return () => {
    if (console.error === divert) console.error = print;
  };
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
