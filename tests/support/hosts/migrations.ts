/**
 * Applies a project's migrations as `supabase db push` does. Each start of the CLI costs two seconds of processor time: the
 * tests of installs call it once each, and this the other times.
 *
 * @module
 */
import { join } from "node:path";
import postgres from "postgres";

/**
 * Applies what is missing, each file in a transaction with its record. Refuses what the CLI refuses: an applied migration without
 * its file, and a file that sorts before an applied one.
 */
export async function applyMigrations(dbUrl: string, directory: string): Promise<void> {
  const folder = join(directory, "supabase", "migrations");
  const files = (await Array.fromAsync(Deno.readDir(folder))).flatMap(({ name }) => {
    const [, version = "", title = ""] = /^(\d+)_(.*)\.sql$/.exec(name) ?? [];
    return version === "" ? [] : [{ version, title, path: join(folder, name) }];
  }).sort((a, b) => a.version < b.version ? -1 : 1);
  const sql = postgres(dbUrl, { max: 1, onnotice: () => {} });
  try {
    await sql.unsafe(`create schema if not exists supabase_migrations;
      create table if not exists supabase_migrations.schema_migrations (
        version text primary key, statements text[], name text)`);
    const rows = await sql<{ version: string }[]>`
      select version from supabase_migrations.schema_migrations order by version`;
    const applied = rows.map(({ version }) => version);
    const wrong = applied.find((version, n) => files[n]?.version !== version);
    if (wrong !== undefined) throw new Error(`the migrations up to ${wrong} are not those of the database`);
    for (const { version, title, path } of files.slice(applied.length)) {
      const text = await Deno.readTextFile(path);
      await sql.begin(async (tx) => {
        await tx.unsafe(text).simple();
        await tx`
          insert into supabase_migrations.schema_migrations (version, name, statements)
          values (${version}, ${title}, ${[text]})`;
      });
    }
  } finally {
    await sql.end();
  }
}
