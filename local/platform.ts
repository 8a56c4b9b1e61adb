import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startApi } from "./api/api.ts";
import { openFunctionsDoor } from "./api/functions_door.ts";
import { type FindFunction, FUNCTIONS_PATH } from "./api/functions_gateway.ts";
import { playHistory } from "./dev/play_history.ts";
import { CleanupStack } from "./lifecycle/cleanup.ts";
import { openDatabase } from "./postgres/platform_database.ts";
import { createEdgeFunction, type EdgeFunction } from "./edge_function/edge_function.ts";
import { apiKeys } from "./api_keys.ts";
import { type Environment, exemptLoopback, isLoopback, readEnvironment } from "./environment.ts";
import { guardAgainstLostSockets } from "./postgres/postgres_js_guard.ts";
import type { Platform, PlatformOptions } from "./platform_types.ts";
import { type Realtime, startRealtime } from "./realtime/realtime.ts";
import { makeFresh, seedCopy, templateFiles } from "./postgres/templates.ts";
import { openScratch, sweepAbandoned } from "./lifecycle/scratch_directory.ts";
import { onShutdown } from "./lifecycle/shutdown.ts";
import { createSupabaseCli } from "./supabase_cli.ts";
import { connectVendors, listVendors, startVendors } from "./vendors/start_vendors.ts";
import { startWebhookReceiver } from "./vendors/webhook_receiver.ts";
import { DEMO_RECEIVER, FUNCTION_NAME, wireDatabase } from "./wiring.ts";

export type { Platform, PlatformOptions } from "./platform_types.ts";

const LOOPBACK = "127.0.0.1";
const PROJECT = fileURLToPath(new URL("../", import.meta.url));

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
  exemptLoopback();
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
  const { migrate = true, seed = true, wire = true, autoGrant = false, projectDirectory = PROJECT } = options;
  void sweepAbandoned().catch((error) => console.error("Could not remove what an earlier run left:", error));
  const scratch = await openScratch(cleanup, settled);
  const receiver = await startWebhookReceiver();
  await cleanup.add("the receiver", () => receiver.stop());
  const fakes = options.vendors === true ? await startVendors() : null;
  await cleanup.add("the other external systems", () => fakes?.stop());

  const keys = apiKeys(environment);
  const functions = join(projectDirectory, "supabase", "functions");
  let edgeFunction: EdgeFunction | undefined;
  let demoReceiver: Promise<EdgeFunction> | undefined;
  const findFunction: FindFunction = async (name) => {
    if (name === FUNCTION_NAME) return edgeFunction;
    return name === DEMO_RECEIVER ? await (demoReceiver ??= startDemoReceiver()) : undefined;
  };
  let realtime: Realtime | undefined;
  const host = environment.kind === "embedded" ? LOOPBACK : environment.host;
  const api = startApi({
    ...keys,
    port: options.apiPort,
    maxRows: options.maxRows,
    logFile: join(scratch, "api.log"),
    findFunction,
    realtime: () => realtime,
  });
  await cleanup.add("the API", () => api.stop());
  const ownUrl = `http://${LOOPBACK}:${api.port}`;
  const door = isLoopback(host)
    ? null
    : openFunctionsDoor((name) => Promise.resolve(name === FUNCTION_NAME ? edgeFunction : undefined));
  await cleanup.add("the function's door", () => door?.stop());
  const apiUrl = environment.kind === "full_stack" ? environment.apiUrl : ownUrl;

  // Migrations run anew for another project, and where the host grants what is made.
  const migrated = migrate && !autoGrant ? templateFiles("migrated", projectDirectory) : null;
  const template = migrated ?? templateFiles("bare");
  const database = timed(
    "database",
    openDatabase(environment, { scratch, autoGrant, gatewayUrl: ownUrl, template }, cleanup),
  );
  const describeFunction = async (name: string, directory: string, logFile: string): Promise<EdgeFunction> =>
    createEdgeFunction({
      name,
      directory,
      logFile: join(scratch, logFile),
      apiUrl,
      // The embedded server's port is known only after its start; the function's environment names it.
      dbUrl: (await database).dbUrl,
      gatewayUrl: ownUrl,
      env: await readFunctionsEnv(functions),
      ...keys,
    });
  /** Not before a caller asks for it: a platform that is wired needs none. */
  const startDemoReceiver = async (): Promise<EdgeFunction> => {
    const demo = await describeFunction(DEMO_RECEIVER, join(functions, DEMO_RECEIVER), "demo_receiver.log");
    await cleanup.add("the demo receiver", () => demo.kill());
    await demo.start();
    return demo;
  };
  const functionStarted = timed(
    "edge function",
    (async () => {
      edgeFunction = await describeFunction(
        FUNCTION_NAME,
        options.functionDirectory ?? join(functions, FUNCTION_NAME),
        "edge_function.log",
      );
      await cleanup.add("the Edge Function", () => edgeFunction?.kill());
      await edgeFunction.start();
      return edgeFunction;
    })(),
  );
  // Both are awaited below; until then a failure of one must not count as unhandled.
  functionStarted.catch(() => {});

  const db = await database;
  const cli = createSupabaseCli({ projectDirectory, scratch, dbUrl: db.dbUrl });
  const prepare = async (isMigrated: boolean): Promise<void> => {
    if (isMigrated) {
      await makeFresh(db.adminUrl);
      // A template has no seed, which would be old: what it makes is due some minutes after.
      if (seed) await timed("seed", seedCopy(db.dbUrl, projectDirectory));
    } else if (migrate) {
      await timed(seed ? "migrations and seed" : "migrations", cli.push({ seed }));
    }
    if (wire) {
      await wireDatabase(db.adminUrl, `http://${host}:${door?.port ?? api.port}${FUNCTIONS_PATH}`, receiver);
    }
    if (fakes !== null && migrate && seed) await connectVendors(db.adminUrl, fakes);
    if (options.history === true && migrate && seed) await timed("history", playHistory(db.adminUrl));
  };
  await prepare(migrated !== null && environment.kind === "embedded");
  if (environment.kind !== "full_stack") {
    await timed("API", api.connect(db.apiBackend));
    // Once more, because its connections have to end before the server that they lead to.
    await cleanup.add("the API's connections", () => api.stop());
    realtime = startRealtime({ adminUrl: db.adminUrl, dataUrl: db.apiBackend.dataUrl }, keys);
    await cleanup.add("Realtime", () => realtime?.stop());
  }
  return {
    kind: environment.kind,
    ...keys,
    apiUrl,
    functionsUrl: ownUrl + FUNCTIONS_PATH,
    openPort: door?.port ?? null,
    dbUrl: db.dbUrl,
    adminUrl: db.adminUrl,
    receiver,
    vendors: listVendors(receiver, fakes),
    cli,
    postgres: db.postgres,
    edgeFunction: await functionStarted,
    realtime: realtime ?? null,
    scratch,
    async recreateDatabase() {
      await db.recreate();
      await prepare(false);
      receiver.reset();
      fakes?.reset();
      await api.reloadSchema();
    },
  };
}

/** The variables of `functions/.env`, which the CLI gives to the functions of a local stack. */
async function readFunctionsEnv(functions: string): Promise<Record<string, string>> {
  const text = await Deno.readTextFile(join(functions, ".env")).catch(() => "");
  return Object.fromEntries(
    [...text.matchAll(/^(\w+)=(.*)$/gm)].map(([, name = "", value = ""]) => [name, value]),
  );
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
