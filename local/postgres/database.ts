import { App } from "@supabase/lite";
import { createPostgresConnection } from "@supabase/lite/postgres";
import postgres from "postgres";
import { explainConnection } from "../../cli/doctor/connection.ts";
import type { Postgres } from "./postgres.ts";
import { SUPERUSER } from "./postgres.ts";

const TEMPLATE = "template_supabase";

export interface DatabaseOptions {
  /** Grant new objects of `public` to the API's roles by itself, as in projects made before 2026-10-30. */
  readonly autoGrant: boolean;
}

/** Gives a fresh server Supabase's roles and a template with Supabase's schemas; then makes the database. */
export async function bootstrapServer(server: Postgres, options: DatabaseOptions): Promise<void> {
  await asSuperuser(server, "template1", async (sql) => {
    await sql.unsafe(await script("roles"));
    await sql.unsafe(await script("embedded"));
    await sql.unsafe(`create database ${TEMPLATE} owner postgres`);
  });
  await asSuperuser(server, TEMPLATE, async (sql) => {
    await sql.unsafe(await script("schemas"));
    await sql.unsafe("create extension pg_stat_statements with schema extensions");
    await sql.unsafe("create extension supabase_vault");
    await makeAuthSchema(server.url(SUPERUSER, TEMPLATE), sql);
  });
  await recreateDatabase(server, options);
}

/**
 * Throws the database away and makes it anew from the template: the reset of a local platform. (`supabase db
 * reset --remote` would drop parts of the schemas that the platform provides, without making them again.)
 */
export async function recreateDatabase(server: Postgres, options: DatabaseOptions): Promise<void> {
  await asSuperuser(server, "template1", async (sql) => {
    // Even by force no database is dropped under a logical slot in use, and the reader of a slot connects again at
    // once. It may be missing: then an earlier attempt got this far.
    await sql.unsafe("alter database postgres with allow_connections false").catch(() => {});
    await sql`
      select pg_terminate_backend(active_pid, 5000) from pg_replication_slots
      where database = 'postgres' and active_pid is not null`;
    await sql.unsafe("drop database if exists postgres with (force)");
    await sql.unsafe(`create database postgres template ${TEMPLATE} owner postgres`);
  });
  if (options.autoGrant) await grantByItself(server);
}

/** Makes the database of a server grant new objects as {@link DatabaseOptions.autoGrant} says. */
export async function grantByItself(server: Postgres): Promise<void> {
  await asSuperuser(server, "postgres", async (sql) => void await sql.unsafe(await script("auto_grant")));
}

/**
 * Prepares a Postgres that is not ours: makes only what is missing, and says clearly when it lacks an extension that
 * nothing here may replace.
 */
export async function prepareExternalDatabase(url: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    await requireExtensions(sql);
    const [found] = await sql<{ roles: number; users: string | null }[]>`
      select to_regclass('auth.users')::text as users, (
        select count(*)::int from pg_roles
        where rolname in ('anon', 'authenticated', 'service_role', 'authenticator', 'supabase_auth_admin', 'postgres')
      ) as roles`;
    if (found?.roles !== 6) await sql.unsafe(await script("roles"));
    await sql.unsafe(await script("schemas"));
    const [vault] = await sql`select from pg_available_extensions where name = 'supabase_vault'`;
    if (vault !== undefined) await sql.unsafe("create extension if not exists supabase_vault");
    if (found?.users === null) await makeAuthSchema(url, sql);
    const [self] = await sql<
      { rolsuper: boolean }[]
    >`select rolsuper from pg_roles where rolname = current_user`;
    if (self?.rolsuper === true) await sql.unsafe(await script("external"));
  } finally {
    await sql.end();
  }
}

/** Says what is wrong with `SUPABASE_DB_URL`, and what to do, when it does not lead to a Postgres. */
export async function requireConnection(url: string): Promise<void> {
  const sql = postgres(url, { max: 1, connect_timeout: 10 });
  try {
    await sql`select 1`;
  } catch (error) {
    throw new Error(
      `SUPABASE_DB_URL: ${explainConnection(error, new URL(url))}\nMend that, or unset the variable to use ` +
        "the local platform's own server.",
    );
  } finally {
    await sql.end({ timeout: 0 });
  }
}

/** Whether a connection with this URL succeeds. */
export async function canSignIn(url: string): Promise<boolean> {
  const sql = postgres(url, { max: 1, connect_timeout: 5 });
  try {
    await sql`select 1`;
    return true;
  } catch {
    return false;
  } finally {
    await sql.end({ timeout: 0 });
  }
}

async function requireExtensions(sql: postgres.Sql): Promise<void> {
  const needed = ["pg_net", "pg_cron", "supabase_vault"];
  const rows = await sql<{ name: string }[]>`
    select name from pg_available_extensions where name in ${sql(needed)}`;
  const missing = needed.filter((name) => !rows.some((row) => row.name === name));
  if (missing.length > 0) {
    throw new Error(
      `The Postgres of SUPABASE_DB_URL lacks ${missing.join(" and ")}. Install what is missing, or unset ` +
        `SUPABASE_DB_URL to use the local platform's own server.`,
    );
  }
}

/** The tables of auth as @supabase/lite wants them, with Supabase's helpers and grants around them. */
async function makeAuthSchema(url: string, sql: postgres.Sql): Promise<void> {
  const [before] = await sql<{ history: string | null }[]>`
    select to_regnamespace('supabase_migrations')::text as history`;
  const connection = createPostgresConnection({ url, postgresOptions: { max: 1, onnotice: () => {} } });
  try {
    const app = new App({ connection, auth: { enabled: true } });
    await app.ensureSystemSchema();
  } finally {
    await connection.close();
  }
  // lite makes a table of applied migrations, too, as its own user; the CLI wants to make and own that one.
  if (before?.history === null) await sql.unsafe("drop schema if exists supabase_migrations cascade");
  await sql.unsafe(await script("auth"));
}

async function asSuperuser(
  server: Postgres,
  database: string,
  work: (sql: postgres.Sql) => Promise<void>,
): Promise<void> {
  const sql = postgres(server.url(SUPERUSER, database), { max: 1, onnotice: () => {} });
  try {
    await work(sql);
  } finally {
    await sql.end();
  }
}

function script(name: string): Promise<string> {
  return Deno.readTextFile(new URL(`./bootstrap/${name}.sql`, import.meta.url));
}
