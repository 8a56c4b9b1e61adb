import { lstat, readFile, stat } from "node:fs/promises";
import { basename, dirname, join, relative, resolve } from "node:path";
import { FUNCTION } from "../bundle/bundle.ts";
import { entryNames } from "../bundle/entry_names.ts";
import { errorCode } from "../error_code.ts";
import { readToml } from "./config_block.ts";
import { type Declared, readDeclared } from "./declared.ts";
import { type Marker, readMarker } from "./marker.ts";
import { InstallError } from "./install_error.ts";

/** A migration of the host; `marker` is null for the host's own. */
export interface HostMigration {
  readonly file: string;
  readonly contents: string;
  readonly marker: Marker | null;
}

/** A file in one of the bundle's folders: one that it brought, or one in the place of such a file. */
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
  /** `project_id` of its config.toml, or the name of its folder. */
  readonly name: string;
  /** The hosted project that it is linked to; null if it is not. */
  readonly projectRef: string | null;
  /** Null for a host that writes its migrations by hand. */
  readonly declared: Declared | null;
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
  if (!await isDirectory(project)) throw new InstallError(`There is no folder ${project}.`);
  const supabase = join(project, "supabase");
  if (
    basename(project) === "supabase" && !await isDirectory(supabase) &&
    await isFile(join(project, "config.toml"))
  ) {
    throw new InstallError(
      `${project} is the folder of a project: give the one that holds it, ${dirname(project)}.`,
    );
  }
  const config = await readConfig(project, join(supabase, "config.toml"));
  const migrations: HostMigration[] = [];
  const folder = join(supabase, "migrations");
  for (const file of await orRefuse(folder, entryNames(folder))) {
    // As the CLI does: anything else in the folder is no migration.
    if (!/^\d+_.*\.sql$/.test(file)) continue;
    const path = join(folder, file);
    const contents = await orRefuse(path, readFile(path, "utf8"));
    migrations.push({ file, contents, marker: readMarker(contents) });
  }
  const files = new Map<string, HostFile>();
  // The bundle's own folders and no others. A host's copy of our file is the host's, and none of its other files can be
  // in the way.
  const settings = readToml(config);
  const declared = await readDeclared(supabase, settings);
  for (const ours of [FUNCTION, ...(declared === null ? [] : [declared.folder])]) {
    for await (const file of walk(join(supabase, ours))) {
      if (!/\.(ts|sql)$/.test(file)) continue;
      const contents = await orRefuse(file, readFile(file, "utf8"));
      const path = relative(supabase, file).replaceAll("\\", "/");
      files.set(path, { path, contents, marker: readMarker(contents) });
    }
  }
  const { project_id: id } = settings;
  const name = typeof id === "string" && id !== "" ? id : basename(project);
  return { supabase, migrations, files, config, name, projectRef: await readProjectRef(supabase), declared };
}

/** As \`supabase link\` leaves it. */
async function readProjectRef(supabase: string): Promise<string | null> {
  const ref = await readFile(join(supabase, ".temp", "project-ref"), "utf8").catch(() => "");
  return /^[a-z0-9]{20}$/.test(ref.trim()) ? ref.trim() : null;
}

/** The bytes that are written back have to be the ones that were read: nothing but UTF-8 will do, which is what TOML is. */
async function readConfig(project: string, path: string): Promise<string> {
  const bytes = await readFile(path).catch((error: unknown) => {
    if (["ENOENT", "ENOTDIR"].includes(errorCode(error))) {
      throw new InstallError(`${project} is no Supabase project: run \`supabase init\` there first.`);
    }
    throw new InstallError(`${path} cannot be read.`);
  });
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new InstallError(`${path} is not UTF-8, as TOML has to be; save it so first.`);
  }
}

async function orRefuse<T>(path: string, reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new InstallError(`${path} cannot be read: ${why}. Fix that; nothing was changed.`);
  }
}

/** Links to folders are not followed: they may lead in a circle. */
async function* walk(directory: string): AsyncGenerator<string> {
  for (const name of await orRefuse(directory, entryNames(directory))) {
    // Not ours to look into, and large.
    if (name === "node_modules") continue;
    const path = join(directory, name);
    if ((await lstat(path)).isDirectory()) yield* walk(path);
    else if (!await isDirectory(path)) yield path;
  }
}

async function isFile(path: string): Promise<boolean> {
  return await stat(path).then((info) => info.isFile(), () => false);
}

async function isDirectory(path: string): Promise<boolean> {
  return await stat(path).then((info) => info.isDirectory(), () => false);
}
