/**
 * Databases that are made as `supabase db schema declarative sync` makes the one that it compares with: from the declared files
 * alone, without Docker.
 *
 * @module
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { HostProject, Hosts } from "./hosts.ts";

/** The SQL files below a folder, in the CLI's order: by the bytes of their paths. */
export async function declaredPaths(folder: string, prefix = ""): Promise<string[]> {
  const paths: string[] = [];
  for await (const { name, isDirectory, isFile } of Deno.readDir(join(folder, prefix))) {
    if (isDirectory) paths.push(...await declaredPaths(folder, `${prefix}${name}/`));
    else if (isFile && name.endsWith(".sql")) paths.push(prefix + name);
  }
  return paths.sort((a, b) => a < b ? -1 : 1);
}

/** A database of declared files, dropped at the end of the block. */
interface DeclaredDatabase extends AsyncDisposable {
  readonly project: HostProject;
}

/**
 * A new database of a project's declared files. What fails is tried again after the others, as the CLI does, while any
 * succeeds.
 */
export async function createDeclared(hosts: Hosts, paths: readonly string[]): Promise<DeclaredDatabase> {
  const project = await hosts.create();
  const connection = await project.sql.reserve();
  try {
    // The CLI checks bodies afterwards, when everything is there.
    await connection`set check_function_bodies = off`;
    let waiting = [...paths];
    while (waiting.length > 0) {
      const failed: string[] = [];
      const reasons: string[] = [];
      for (const path of waiting) {
        try {
          await connection.unsafe(await Deno.readTextFile(path));
        } catch (error) {
          failed.push(path);
          reasons.push(`${path}: ${error}`);
        }
      }
      assert.ok(failed.length < waiting.length, `not loaded:\n${reasons.join("\n")}`);
      waiting = failed;
    }
  } finally {
    connection.release();
  }
  assert.deepEqual(
    await filledTables(project),
    [],
    "declared files that fill tables are refused by the CLI",
  );
  return { project, [Symbol.asyncDispose]: () => hosts.drop(project) };
}

/** Tables with rows, but for those of extensions and of the platform. */
async function filledTables({ sql }: HostProject): Promise<string[]> {
  const tables = await sql<{ name: string }[]>`
    select c.oid::regclass::text as name from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'r' and n.nspname in ('public', 'sync_scheduler', 'sync_scheduler_kept')`;
  const filled: string[] = [];
  for (const { name } of tables) {
    const [row] = await sql.unsafe(`select exists (select from ${name}) as filled`);
    if (row?.["filled"] === true) filled.push(name);
  }
  return filled;
}
