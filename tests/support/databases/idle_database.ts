/**
 * Databases in which only the test works: no job ticks, no request is sent, no API reads. Each is a copy of the migrated one.
 * A copy takes a moment where a platform takes seconds. Embedded server only.
 *
 * @module
 */
import postgres from "postgres";
import { IDLE_DATABASE } from "../../../local/postgres/idle_database.ts";
import { embeddedOnly } from "../local_only.ts";
import { sharedPlatform } from "../platform.ts";

/** Names, as a URL of a superuser, the database to copy instead: one with a fault, which nothing is connected to. */
export const IDLE_VARIABLE = "SYNC_SCHEDULER_TEST_IDLE_DATABASE";

/** A copy, and how to drop it. */
export interface IdleDatabase extends AsyncDisposable {
  /** As the role `postgres`, which owns it. */
  readonly dbUrl: string;
  /** As a superuser. */
  readonly adminUrl: string;
}

/** Registers a test with a copy of its own. */
export function idleTest(name: string, test: (database: IdleDatabase) => Promise<void>): void {
  Deno.test({
    ...embeddedOnly(name),
    fn: async () => {
      await using database = await copyDatabase();
      await test(database);
    },
  });
}

/**
 * Copies the database of {@link IDLE_VARIABLE}, the migrated one of the shared platform's server, or that of a server
 * which ends with the test file.
 */
export async function copyDatabase(): Promise<IdleDatabase> {
  source ??= findSource();
  const { adminUrl, name } = await source;
  const copy = `idle_${crypto.randomUUID().replaceAll("-", "_")}`;
  const run = async (statement: string) => {
    const admin = postgres(at(adminUrl, "template1"), { max: 1, onnotice: () => {} });
    await admin.unsafe(statement).finally(() => admin.end({ timeout: 0 }));
  };
  await run(`create database ${copy} template ${name} owner postgres`);
  return {
    dbUrl: at(adminUrl, copy, "postgres"),
    adminUrl: at(adminUrl, copy),
    [Symbol.asyncDispose]: () => run(`drop database ${copy} with (force)`),
  };
}

/** The URL of another database of the server, and of another role with the same password. */
const at = (url: string, database: string, role = new URL(url).username) =>
  Object.assign(new URL(url), { pathname: database, username: role }).href;

/** What is copied. */
interface Source {
  /** As a superuser, of any database of its server. */
  readonly adminUrl: string;
  readonly name: string;
}

let source: Promise<Source> | undefined;
let stop: (() => Promise<void>) | undefined;
// Registered while a test file loads this module, so for that file.
Deno.test.afterAll(() => stop?.());

async function findSource(): Promise<Source> {
  const given = Deno.env.get(IDLE_VARIABLE);
  if (given !== undefined && given !== "") return { adminUrl: given, name: new URL(given).pathname.slice(1) };
  const shared = sharedPlatform();
  if (shared !== null) {
    const sql = postgres(shared.adminUrl, { max: 1, onnotice: () => {} });
    const [found] = await sql`select from pg_database where datname = ${IDLE_DATABASE}`
      .finally(() => sql.end({ timeout: 0 }));
    if (found !== undefined) return { adminUrl: shared.adminUrl, name: IDLE_DATABASE };
  }
  // Few files need a server of their own. The others do not pay for loading what starts it.
  const { startIdleServer } = await import("./idle_server.ts");
  const own = await startIdleServer();
  stop = own.stop;
  return { adminUrl: own.adminUrl, name: IDLE_DATABASE };
}
