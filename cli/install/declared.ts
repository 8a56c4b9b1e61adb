import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { readMarker } from "./marker.ts";

/** Where a host declares its schema, from which the CLI writes migrations. */
export interface Declared {
  /** The folder that the bundle's declared files go into, below `supabase/`. */
  readonly folder: string;
  /** The host's own declared SQL, without the bundle's files. */
  readonly sql: string;
  /** What has to be in `db.migrations.schema_paths` for the CLI to read the folder; null if it is read already. */
  readonly schemaPath: string | null;
}

/** The bundle's own folder among a host's declared files. */
const FOLDER = "sync_scheduler";
/** Where the CLI looks if config.toml does not say. */
const BY_DEFAULT = "schemas";

/**
 * Finds out whether a host declares its schema, and where. Only where it has files of its own: from the bundle's alone
 * the CLI would drop everything else.
 *
 * @param config The parsed config.toml.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { readDeclared } from "./declared.ts";
 *
 * assert.equal(await readDeclared("/no/such/project", {}), null);
 * const migrations = { schema_paths: ["./database/*.sql"] };
 * const declared = await readDeclared("/no/such/project", { db: { migrations } });
 * assert.equal(declared?.folder, "database/sync_scheduler");
 * assert.equal(declared.schemaPath, "./database/sync_scheduler/*.sql");
 * ```
 */
export async function readDeclared(supabase: string, config: unknown): Promise<Declared | null> {
  const tree = declarativeFolder(config);
  const paths = readSchemaPaths(config);
  const theirs = paths.filter((path) => path !== ownSchemaPath(config)).at(-1);
  const sql = await readSql(join(supabase, tree));
  if (sql === "" && theirs === undefined) return null;
  const folder = join(sql === "" ? fixedPart(theirs ?? "") : tree, FOLDER).replaceAll("\\", "/");
  const isRead = paths.length === 0 || paths.some((path) => covers(plain(path), `${folder}/00.sql`));
  return { folder, sql, schemaPath: isRead ? null : `./${folder}/*.sql` };
}

/** Whether `supabase db diff` compares the database with declared files as soon as there are any. */
export function isDiffDeclarative(config: unknown): boolean {
  return at(config, "experimental", "pgdelta", "enabled") === true;
}

/** The folder of declared files, below `supabase/`, that the CLI reads and writes. */
export function declarativeFolder(config: unknown): string {
  const configured = at(config, "experimental", "pgdelta", "declarative_schema_path");
  return typeof configured === "string" && configured !== "" ? plain(configured) : BY_DEFAULT;
}

/**
 * The entry of `db.migrations.schema_paths` that an install has added; null if there is none.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { ownSchemaPath } from "./declared.ts";
 *
 * const migrations = { schema_paths: ["./schemas/*.sql", "./schemas/sync_scheduler/*.sql"] };
 * assert.equal(ownSchemaPath({ db: { migrations } }), "./schemas/sync_scheduler/*.sql");
 * ```
 */
export function ownSchemaPath(config: unknown): string | null {
  return readSchemaPaths(config).find((path) => path.endsWith(`/${FOLDER}/*.sql`)) ?? null;
}

/** `db.migrations.schema_paths` of a parsed config.toml. */
export function readSchemaPaths(config: unknown): string[] {
  const paths = at(config, "db", "migrations", "schema_paths");
  return Array.isArray(paths) ? paths.filter((path) => typeof path === "string") : [];
}

function at(value: unknown, ...keys: readonly string[]): unknown {
  let found = value;
  for (const key of keys) {
    found = typeof found === "object" && found !== null ? Reflect.get(found, key) : undefined;
  }
  return found;
}

/** A path below `supabase/` without `./` in front and `/` behind. */
function plain(path: string): string {
  return path.replaceAll("\\", "/").replace(/^(?:\.\/)+/, "").replace(/\/+$/, "");
}

/** The folders of a pattern before its first wildcard; a single file's folder. */
function fixedPart(pattern: string): string {
  const folders = plain(pattern).split("/").slice(0, -1);
  const wild = folders.findIndex((name) => /[*?[]/.test(name));
  return folders.slice(0, wild === -1 ? undefined : wild).join("/");
}

/** Whether an entry of schema_paths reads a file: a folder is read with all that is below it. */
function covers(pattern: string, path: string): boolean {
  const source = pattern.replace(/[.+^${}()|\\]/g, "\\$&").replace(/\*+/g, "[^/]*").replace(/\?/g, "[^/]");
  return new RegExp(`^${source}$`).test(path) || (!/[*?[]/.test(pattern) && path.startsWith(`${pattern}/`));
}

/** All SQL below a folder that no install has brought. Links are not followed, as the CLI does not. */
async function readSql(folder: string): Promise<string> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const texts = await Promise.all(entries.map(async (entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return await readSql(path);
    if (!entry.isFile() || !entry.name.endsWith(".sql")) return "";
    const text = await readFile(path, "utf8");
    return readMarker(text) === null ? text : "";
  }));
  return texts.filter((text) => text !== "").join("\n");
}
