/**
 * Databases in which only the test works: no job ticks, no request is sent, no API reads. Each is a copy of the migrated one.
 * A copy takes a moment where a platform takes seconds. Embedded server only.
 *
 * @module
 */
import postgres from "postgres";
import { CleanupStack } from "../../local/lifecycle/cleanup.ts";
import { openScratch } from "../../local/lifecycle/scratch_directory.ts";
import { bootstrapServer } from "../../local/postgres/database.ts";
import { startPostgres, SUPERUSER } from "../../local/postgres/postgres.ts";
import { IDLE_DATABASE, makeIdleDatabase, templateFiles } from "../../local/postgres/templates.ts";
import { createSupabaseCli } from "../../local/supabase_cli.ts";
import { root } from "../../tools/run_deno.ts";
import { sharedPlatform } from "./platform.ts";

/** A copy, and how to drop it. */
export interface IdleDatabase extends AsyncDisposable {
  /** As the role `postgres`, which owns it. */
  readonly dbUrl: string;
}

/** Copies the migrated database of the shared platform's server, or of a server that ends with the test file. */
export async function copyDatabase(): Promise<IdleDatabase> {
  server ??= findServer();
  const found = await server;
  const name = `idle_${crypto.randomUUID().replaceAll("-", "_")}`;
  const run = async (statement: string) => {
    const admin = postgres(found.adminUrl, { max: 1, onnotice: () => {} });
    await admin.unsafe(statement).finally(() => admin.end({ timeout: 0 }));
  };
  await run(`create database ${name} template ${IDLE_DATABASE} owner postgres`);
  return {
    dbUrl: Object.assign(new URL(found.dbUrl), { pathname: name }).href,
    [Symbol.asyncDispose]: () => run(`drop database ${name} with (force)`),
  };
}

interface Server {
  readonly adminUrl: string;
  readonly dbUrl: string;
}

let server: Promise<Server> | undefined;
const cleanup = new CleanupStack();
// Registered while a test file loads this module, so for that file.
Deno.test.afterAll(() => cleanup.close());

async function findServer(): Promise<Server> {
  const shared = sharedPlatform();
  if (shared !== null) {
    const sql = postgres(shared.adminUrl, { max: 1, onnotice: () => {} });
    const [found] = await sql`select from pg_database where datname = ${IDLE_DATABASE}`
      .finally(() => sql.end({ timeout: 0 }));
    if (found !== undefined) return shared;
  }
  const scratch = await openScratch(cleanup);
  const template = templateFiles("migrated", `${root}/`);
  const own = await startPostgres(scratch, undefined, template);
  await cleanup.add("Postgres", () => own.stop());
  if (template === null) {
    await bootstrapServer(own, { autoGrant: false });
    await createSupabaseCli({ projectDirectory: root, scratch, dbUrl: own.url() }).push();
    await makeIdleDatabase(own);
  }
  return { adminUrl: own.url(SUPERUSER, "template1"), dbUrl: own.url() };
}
