import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Api, startApi } from "./api/api.ts";
import { CleanupStack } from "./lifecycle/cleanup.ts";
import { openDatabase } from "./postgres/platform_database.ts";
import { createEdgeFunction, type EdgeFunction } from "./edge_function/edge_function.ts";
import { type Environment, readEnvironment } from "./environment.ts";
import { startJanitor } from "./lifecycle/janitor.ts";
import { guardAgainstLostSockets } from "./postgres/postgres_js_guard.ts";
import type { Postgres } from "./postgres/postgres.ts";
import { makeScratchDirectory, sweepAbandoned } from "./lifecycle/scratch_directory.ts";
import { onShutdown } from "./lifecycle/shutdown.ts";
import { createSupabaseCli, type SupabaseCli } from "./supabase_cli.ts";
import { delay } from "./wait.ts";
import { startWebhookReceiver, type WebhookReceiver } from "./vendors/webhook_receiver.ts";
import { FUNCTION_NAME, wireDatabase } from "./wiring.ts";

const PROJECT = fileURLToPath(new URL("../", import.meta.url));

export interface PlatformOptions {
  /** Apply `supabase/migrations`; true by default. */
  readonly migrate?: boolean;
  /** Load `supabase/seed.sql` after the migrations; true by default. */
  readonly seed?: boolean;
  /** Emulate projects in which everything new in `public` is granted to the API's roles by itself. */
  readonly autoGrant?: boolean;
  readonly apiPort?: number;
  /** Directory of the Edge Function's `index.ts` and `deno.json`; the bundle's by default. */
  readonly functionDirectory?: string;
  /** Called after each step of the start with the time that it took. */
  onStep?(name: string, milliseconds: number): void;
}

/** A running Supabase-shaped stack with an external system behind it. */
export interface Platform extends AsyncDisposable {
  readonly kind: Environment["kind"];
  readonly apiUrl: string;
  readonly functionsUrl: string;
  /** The role `postgres`, which runs migrations. */
  readonly dbUrl: string;
  /** A superuser, where there is one: the same as `dbUrl` in an external database. */
  readonly adminUrl: string;
  readonly publishableKey: string;
  readonly secretKey: string;
  readonly jwtSecret: string;
  readonly receiver: WebhookReceiver;
  readonly cli: SupabaseCli;
  /** Null when the database is somebody else's. */
  readonly postgres: Postgres | null;
  /** Null in a full stack, which runs the function itself. */
  readonly edgeFunction: EdgeFunction | null;
  /** Private directory of this platform, gone after `stop`. */
  readonly scratch: string;
  /** Drops the database, and migrates and seeds a new one. Embedded server only. */
  recreateDatabase(): Promise<void>;
  /** Makes the Data API notice tables and functions that a test has made. */
  reloadSchema(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts the local platform. It stops by itself when the process is ended by a signal; otherwise call `stop`.
 *
 * @example
 * ```ts ignore
 * await using platform = await startPlatform();
 * const supabase = createClient(platform.apiUrl, platform.publishableKey);
 * ```
 */
export async function startPlatform(options: PlatformOptions = {}): Promise<Platform> {
  const environment = readEnvironment();
  const cleanup = new CleanupStack();
  const forget = onShutdown(() => cleanup.close());
  const unguard = guardAgainstLostSockets();
  const stop = async (): Promise<void> => {
    try {
      await cleanup.close();
    } finally {
      forget();
      unguard();
    }
  };
  try {
    const starting = Promise.withResolvers<void>();
    const parts = await start(environment, options, cleanup, starting.promise).finally(starting.resolve);
    return { ...parts, stop, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop().catch((failure) => console.error(failure));
    throw error;
  }
}

type Parts = Omit<Platform, "stop" | typeof Symbol.asyncDispose>;

async function start(
  environment: Environment,
  options: PlatformOptions,
  cleanup: CleanupStack,
  settled: Promise<void>,
): Promise<Parts> {
  const timed = timer(options.onStep);
  const { migrate = true, seed = true, autoGrant = false } = options;
  void sweepAbandoned().catch((error) => console.error("Could not remove what an earlier run left:", error));
  const scratch = await makeScratchDirectory();
  const janitor = startJanitor(scratch.path);
  await cleanup.add("the scratch directory", async () => {
    // Stopped in the middle of the start, something may still be writing. If it does not notice soon, the end of
    // this process stops it, and the janitor removes what is left.
    const quiet = await Promise.race([settled.then(() => true), delay(3000).then(() => false)]);
    if (!quiet) return;
    await scratch.remove();
    await janitor.dismiss();
  });

  const receiver = await startWebhookReceiver();
  await cleanup.add("the receiver", () => receiver.stop());

  const keys = platformKeys(environment);
  let edgeFunction: EdgeFunction | null = null;
  let api: Api | null = null;
  let apiUrl = environment.kind === "full_stack" ? environment.apiUrl : "";
  if (environment.kind !== "full_stack") {
    const host = environment.kind === "embedded" ? "127.0.0.1" : environment.host;
    api = startApi({
      ...keys,
      port: options.apiPort,
      hostname: host === "127.0.0.1" ? host : "0.0.0.0",
      logFile: join(scratch.path, "api.log"),
      edgeFunction: () => edgeFunction ?? undefined,
    });
    apiUrl = `http://${host}:${api.port}`;
    await cleanup.add("the API", () => api?.stop());
  }
  const functionsUrl = environment.kind === "full_stack"
    ? environment.functionsUrl
    : `${apiUrl}/functions/v1`;

  const database = timed("database", openDatabase(environment, scratch.path, autoGrant, cleanup));
  const functionStarted = timed(
    "edge function",
    (async () => {
      if (api === null) return;
      // The embedded server's port is known only after its start; the function's environment names it.
      const { dbUrl } = await database;
      edgeFunction = createEdgeFunction({
        name: FUNCTION_NAME,
        directory: options.functionDirectory ?? join(PROJECT, "supabase", "functions", FUNCTION_NAME),
        logFile: join(scratch.path, "edge_function.log"),
        apiUrl: `http://127.0.0.1:${api.port}`,
        dbUrl,
        ...keys,
      });
      await cleanup.add("the Edge Function", () => edgeFunction?.kill());
      await edgeFunction.start();
    })(),
  );
  // Both are awaited below; until then a failure of one must not count as unhandled.
  functionStarted.catch(() => {});

  const db = await database;
  const cli = createSupabaseCli({ projectDirectory: PROJECT, scratch: scratch.path, dbUrl: db.dbUrl });
  const prepare = async (): Promise<void> => {
    if (migrate) await timed(seed ? "migrations and seed" : "migrations", cli.push({ seed }));
    await wireDatabase(db.adminUrl, functionsUrl, receiver);
  };
  await prepare();
  if (api !== null) {
    await timed("API", api.connect(db.apiBackend));
    // Once more, because its connections have to end before the server that they lead to.
    await cleanup.add("the API's connections", () => api?.stop());
  }
  await functionStarted;

  return {
    kind: environment.kind,
    ...keys,
    apiUrl,
    functionsUrl,
    dbUrl: db.dbUrl,
    adminUrl: db.adminUrl,
    receiver,
    cli,
    postgres: db.postgres,
    edgeFunction,
    scratch: scratch.path,
    async recreateDatabase() {
      await db.recreate();
      await prepare();
      receiver.reset();
      await api?.reloadSchema();
    },
    reloadSchema: async () => await api?.reloadSchema(),
  };
}

function platformKeys(
  environment: Environment,
): Pick<Platform, "publishableKey" | "secretKey" | "jwtSecret"> {
  const random = (): string => crypto.getRandomValues(new Uint8Array(24)).toBase64({ alphabet: "base64url" });
  const made = {
    publishableKey: `sb_publishable_${random()}`,
    secretKey: `sb_secret_${random()}`,
    jwtSecret: random() + random(),
  };
  if (environment.kind !== "full_stack") return made;
  const { publishableKey, secretKey } = environment;
  return { publishableKey, secretKey, jwtSecret: Deno.env.get("SUPABASE_JWT_SECRET") ?? "" };
}

function timer(
  report: PlatformOptions["onStep"],
): <T>(name: string, work: Promise<T>) => Promise<T> {
  return async (name, work) => {
    const begin = performance.now();
    const result = await work;
    report?.(name, performance.now() - begin);
    return result;
  };
}
