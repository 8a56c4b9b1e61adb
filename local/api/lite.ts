import { App } from "@supabase/lite";
import type { Sql } from "postgres";
import { createPostgresConnection, type PostgresConnection } from "@supabase/lite/postgres";
import type { ApiKeys } from "../api_keys.ts";
import { isConnectionError, repairReserve } from "../postgres/postgres_js_guard.ts";
import { quoteFilters } from "./literal_filters.ts";

/** Who signs in to the database for what. */
export interface ApiBackend {
  /** URL of `authenticator`: it may do nothing but become the role that a request's token names. */
  readonly dataUrl: string;
  /** URL of the role that owns the auth schema. */
  readonly authUrl: string;
  /** URL of a role that sees the whole catalog. */
  readonly catalogUrl: string;
}

/** Data API and Auth over one database. */
export interface Lite {
  fetch(request: Request): Promise<Response>;
  /** Whether `auth` is Supabase's own schema: lite's has no column for instances. */
  hasOwnAuth(): Promise<boolean>;
  /** Forgets the known tables and functions. */
  reloadSchema(): Promise<void>;
  /** Ends all connections at once, also those that wait for an answer. */
  close(): Promise<void>;
}

/**
 * One lite app over three connections, so that none has more rights than its work needs. The app's own serves Auth and
 * looks up a token's session. All requests to the Data API run as `authenticator`. A third one reads the catalog, since
 * the information schema shows only what the asking role may use.
 */
export async function connectLite(
  backend: ApiBackend,
  { maxRows, ...keys }: ApiKeys & { readonly maxRows?: number | undefined },
): Promise<Lite> {
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
    ...(maxRows === undefined ? {} : { api: { max_rows: maxRows } }),
    auth: {
      enabled: true,
      jwt_secret: keys.jwtSecret,
      publishable_key: keys.publishableKey,
      secret_key: keys.secretKey,
    },
  });
  await Promise.all([app.init(), catalog.introspect({ useCache: true })]);
  const connections = [catalog, data, auth];
  return {
    fetch: async (request) => await asPostgrest(await app.fetch(forLite(request))),
    async hasOwnAuth() {
      const [found] = await catalog.driver`
        select from information_schema.columns
        where table_schema = 'auth' and table_name = 'users' and column_name = 'instance_id'`;
      return found !== undefined;
    },
    async reloadSchema() {
      await Promise.all(connections.map((connection) => connection.clearSchemaCache()));
    },
    async close() {
      await Promise.all(connections.map((connection) => connection.driver.end({ timeout: 0 })));
    },
  };
}

function connect(url: string, max: number): PostgresConnection {
  const connection = createPostgresConnection({
    url,
    // A database that comes back is used at once, instead of after the driver's growing pauses.
    postgresOptions: {
      max,
      onnotice: () => {},
      backoff: () => 0.1,
      types: { jsonb: jsonbParameters, bool: boolParameters },
    },
  });
  repairReserve(connection.driver);
  quoteArgumentNames(connection.driver);
  // lite would otherwise "help" at the first request: make roles, and grant all tables of every schema with RLS to
  // the API's roles. That would hide each grant that our migrations forget. Saying that it has been done makes it
  // switch roles for every request, and nothing else.
  Reflect.set(connection, "rlsState", "active");
  return connection;
}

/** lite names a function's arguments without quotes, so that one called `from` is a syntax error; PostgREST quotes them. */
function quoteArgumentNames(driver: Sql): void {
  const reserve = driver.reserve.bind(driver);
  driver.reserve = async () =>
    new Proxy(await reserve(), {
      get(target, name, receiver) {
        if (name !== "unsafe") return Reflect.get(target, name, receiver) as unknown;
        // Values are parameters: a word before := in the text is a name.
        return (
          text: string,
          ...rest: Parameters<typeof target.unsafe> extends [string, ...infer R] ? R : never
        ) => target.unsafe(text.replaceAll(/\b(\w+) := /g, '"$1" := '), ...rest);
      },
    });
}

/** A filter's value arrives as text: the driver's own serializer would take the text `true` for false. */
const boolParameters = {
  to: 16,
  from: [16],
  serialize: (value: unknown): string => String(value),
  parse: (text: string): boolean => text === "t",
};

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

/**
 * A request as lite understands it. Its estimated count is the planner's alone, which may be too small; PostgREST's is
 * exact up to `max_rows`, and never smaller than that beyond.
 */
function forLite(request: Request): Request {
  const url = new URL(request.url);
  if (!url.pathname.startsWith("/rest/v1/") || url.search === "") return request;
  url.search = quoteFilters(url.searchParams).toString();
  const headers = new Headers(request.headers);
  const prefer = headers.get("prefer");
  if (prefer !== null) headers.set("prefer", prefer.replace("count=estimated", "count=exact"));
  return new Request(url, { method: request.method, headers, body: request.body });
}

/** lite answers 500 while the database is away; PostgREST says that trying again is worth it. */
async function asPostgrest(response: Response): Promise<Response> {
  if (response.status !== 500) return response;
  const body = await response.text();
  if (!/"code":"SUP"/.test(body) || !/CONNECT|ECONN|EPIPE/.test(body)) return new Response(body, response);
  const message = "Could not connect with the database. Retrying the connection.";
  return Response.json({ code: "PGRST000", message, details: null, hint: null }, { status: 503 });
}

/**
 * lite prints every error of the database to the console, also those that are the right answer to a request (403,
 * 409, 429): they go to a log. Everything else is printed as before.
 */
export function divertLiteErrors(logFile: string): () => void {
  const print = console.error;
  const divert = (...values: unknown[]): void => {
    const [error] = values;
    if (!(error instanceof Error) || !(error.name === "PostgresError" || isConnectionError(error))) {
      return print(...values);
    }
    Deno.writeTextFileSync(logFile, `${new Date().toISOString()} ${error.message}\n`, { append: true });
  };
  console.error = divert;
  return () => {
    if (console.error === divert) console.error = print;
  };
}
