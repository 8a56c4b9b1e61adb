import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { errorCode } from "../error_code.ts";
import { entryNames } from "./entry_names.ts";

/** One file of `supabase/schemas/`. */
export interface SchemaFile {
  /** `NN_folder/file.sql`, or `NN_folder/feature/file.sql`. */
  readonly path: string;
  readonly folder: string;
  readonly sql: string;
}

/** The part of the bundle that a host with organisations of its own leaves out. */
export const MEMBERSHIP = "membership";

/** Lists the files of the folders whose order is not that of the names, one path a line; `#` begins a comment. */
export const ORDER = "order.txt";

/**
 * Reads `supabase/schemas/` in load order: folders by number, files by path, or as `order.txt` lists them. A folder is
 * named `NN_name`. If `order.txt` names a folder, it lists every file of that folder.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
 * import { readSchemaFiles } from "./schema_files.ts";
 *
 * const schemas = await mkdtemp("/tmp/schemas-");
 * await mkdir(`${schemas}/10_tables`);
 * await writeFile(`${schemas}/10_tables/entries.sql`, "create table entries ();\n");
 * assert.deepEqual((await readSchemaFiles(schemas)).map((file) => file.path), ["10_tables/entries.sql"]);
 * await rm(schemas, { recursive: true });
 * ```
 */
export async function readSchemaFiles(directory: string): Promise<SchemaFile[]> {
  const listed = await readOrder(join(directory, ORDER));
  const files: SchemaFile[] = [];
  for (const folder of await entryNames(directory)) {
    if (folder === ORDER) continue;
    const paths = await pathsBelow(directory, folder);
    // Git knows no empty folders: an empty one must not shift the versions of those after it.
    if (paths.length === 0) continue;
    if (!/^[0-9]{2}_[a-z][a-z0-9_]*$/.test(folder)) {
      throw new Error(`schemas/${folder}: a folder is named NN_name`);
    }
    for (const path of inOrder(paths, listed.filter((path) => path.startsWith(`${folder}/`)))) {
      if (!path.endsWith(".sql")) throw new Error(`schemas/${path}: only .sql files belong here`);
      if (/\/\d/.test(path)) throw new Error(`schemas/${path}: ${ORDER} has the order, not the name`);
      const sql = await readFile(join(directory, path), "utf8");
      if (sql.trim() === "") throw new Error(`schemas/${path}: the file is empty`);
      files.push({ path, folder: folder.slice(3), sql: sql.endsWith("\n") ? sql : `${sql}\n` });
    }
  }
  const present = new Set(files.map(({ path }) => path));
  const absent = listed.find((path) => !present.has(path));
  if (absent !== undefined) throw new Error(`schemas/${ORDER} lists ${absent}, which is not there`);
  return files;
}

async function readOrder(path: string): Promise<string[]> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    if (errorCode(error) === "ENOENT") return "";
    throw error;
  });
  const paths = text.split("\n").map((line) => line.replace(/#.*/, "").trim()).filter((line) => line !== "");
  const twice = paths.find((path, n) => paths.indexOf(path) < n);
  if (twice !== undefined) throw new Error(`schemas/${ORDER} lists ${twice} twice`);
  return paths;
}

/** The paths of all files below `folder`, in code-unit order. */
async function pathsBelow(directory: string, folder: string): Promise<string[]> {
  const paths = await Promise.all((await entryNames(join(directory, folder))).map(async (name) => {
    const path = `${folder}/${name}`;
    return (await stat(join(directory, path))).isDirectory() ? await pathsBelow(directory, path) : [path];
  }));
  return paths.flat().sort();
}

function inOrder(paths: readonly string[], listed: readonly string[]): readonly string[] {
  if (listed.length === 0) return paths;
  const unlisted = paths.find((path) => !listed.includes(path));
  if (unlisted !== undefined) throw new Error(`schemas/${ORDER} lacks ${unlisted}`);
  return listed.filter((path) => paths.includes(path));
}

/**
 * A file, or a part of it, as a migration has it: verbatim, under its name.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { sectionOf } from "./schema_files.ts";
 *
 * const file = { path: "10_tables/t.sql", folder: "tables", sql: "create table t ();\n" };
 * assert.equal(sectionOf(file), "\n-- supabase/schemas/10_tables/t.sql\ncreate table t ();\n");
 * ```
 */
export function sectionOf(file: Pick<SchemaFile, "path" | "sql">): string {
  return `\n-- supabase/schemas/${file.path}\n${file.sql}`;
}

/**
 * The checksum of a release, which `sync_scheduler.version()` returns.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { checksumOf } from "./schema_files.ts";
 *
 * assert.equal(checksumOf([]).length, 64);
 * ```
 */
export function checksumOf(files: readonly SchemaFile[]): string {
  return sha256(files.map((file) => `${file.path}\n${file.sql}`).join("\n"));
}

/**
 * SHA-256 in hexadecimal digits.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { sha256 } from "./schema_files.ts";
 *
 * assert.match(sha256("select 1;\n"), /^[0-9a-f]{64}$/);
 * ```
 */
export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
