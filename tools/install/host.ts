import { join, relative, resolve } from "node:path";
import { entryNames } from "../migrations/directory.ts";
import { type Marker, readMarker } from "./marker.ts";
import { Refusal } from "./refusal.ts";

/** A migration of the host; `marker` is null for the host's own. */
export interface HostMigration {
  readonly file: string;
  readonly contents: string;
  readonly marker: Marker | null;
}

/** A file below `supabase/functions/` that the bundle brought, or one that stands where it brings one. */
export interface HostFile {
  readonly path: string;
  readonly contents: string;
  readonly marker: Marker | null;
}

/** The project that the bundle is brought into. */
export interface Host {
  /** Its `supabase/` folder. */
  readonly supabase: string;
  /** By version, as the CLI applies them. */
  readonly migrations: readonly HostMigration[];
  readonly files: ReadonlyMap<string, HostFile>;
  readonly config: string;
}

/** What an install that was interrupted may have left; nothing reads such files. */
export const TEMPORARY = ".sync-scheduler.tmp";

/**
 * Reads a project. Refuses what is none, with what to do about it.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { readHost } from "./host.ts";
 *
 * await assert.rejects(readHost("/no/such/project"), /There is no folder/);
 * ```
 */
export async function readHost(path: string): Promise<Host> {
  const project = resolve(path);
  if (!await isDirectory(project)) throw new Refusal(`There is no folder ${project}.`);
  const supabase = join(project, "supabase");
  const config = await Deno.readTextFile(join(supabase, "config.toml")).catch((error: unknown) => {
    if (error instanceof Deno.errors.PermissionDenied) {
      throw new Refusal(`${supabase}/config.toml cannot be read.`);
    }
    throw new Refusal(`${project} is no Supabase project: run \`supabase init\` there first.`);
  });
  const migrations: HostMigration[] = [];
  for (const file of await entryNames(join(supabase, "migrations"))) {
    // As the CLI does: anything else in the folder is no migration.
    if (!/^\d+_.*\.sql$/.test(file)) continue;
    const contents = await Deno.readTextFile(join(supabase, "migrations", file));
    migrations.push({ file, contents, marker: readMarker(contents) });
  }
  const files = new Map<string, HostFile>();
  for await (const file of walk(join(supabase, "functions"))) {
    if (!/\.(ts|json)$/.test(file)) continue;
    const contents = await Deno.readTextFile(file);
    const path = relative(supabase, file).replaceAll("\\", "/");
    files.set(path, { path, contents, marker: readMarker(contents) });
  }
  return { supabase, migrations, files, config };
}

async function* walk(directory: string): AsyncGenerator<string> {
  for (const name of await entryNames(directory)) {
    // Not ours to look into, and large.
    if (name === "node_modules") continue;
    const path = join(directory, name);
    if (await isDirectory(path)) yield* walk(path);
    else yield path;
  }
}

async function isDirectory(path: string): Promise<boolean> {
  return await Deno.stat(path).then((info) => info.isDirectory, () => false);
}
