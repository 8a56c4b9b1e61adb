import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { entryNames } from "./entry_names.ts";

/** One file of `supabase/schemas/`. */
export interface SchemaFile {
  /** `NN_folder/file.sql`. */
  readonly path: string;
  readonly folder: string;
  readonly sql: string;
}

/** The part of the bundle that a host with organisations of its own leaves out. */
export const MEMBERSHIP = "membership";

/**
 * Reads `supabase/schemas/` in load order: folders, then files, by name. A folder is named `NN_name`.
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
  const files: SchemaFile[] = [];
  for (const folder of await entryNames(directory)) {
    const names = await entryNames(join(directory, folder));
    // Git knows no empty folders: one must not shift the versions of those after it.
    if (names.length === 0) continue;
    if (!/^[0-9]{2}_[a-z][a-z0-9_]*$/.test(folder)) {
      throw new Error(`schemas/${folder}: a folder is named NN_name`);
    }
    for (const name of names) {
      const path = `${folder}/${name}`;
      if (!name.endsWith(".sql")) throw new Error(`schemas/${path}: only .sql files belong here`);
      const sql = await readFile(join(directory, folder, name), "utf8");
      if (sql.trim() === "") throw new Error(`schemas/${path}: the file is empty`);
      files.push({ path, folder: folder.slice(3), sql: sql.endsWith("\n") ? sql : `${sql}\n` });
    }
  }
  return files;
}

/**
 * A file as a migration has it: verbatim, under its name.
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
export function sectionOf(file: SchemaFile): string {
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
