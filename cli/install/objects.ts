import type { SchemaFile } from "../bundle/schema_files.ts";

/** What the bundle makes outside its own schema, by name. */
export interface PublicObjects {
  readonly tables: readonly string[];
  readonly views: readonly string[];
  readonly types: readonly string[];
  /** With their argument types. */
  readonly functions: readonly string[];
  /** pg_cron jobs. */
  readonly jobs: readonly string[];
}

/**
 * Reads from schema files what they make in `public`, and which jobs.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { publicObjects } from "./objects.ts";
 *
 * const sql = "create table public.a ();\ncreate view public.b as select 1;\nselect cron.schedule('tick', '', '');\n";
 * const found = publicObjects([{ path: "10_tables/a.sql", folder: "tables", sql }]);
 * assert.deepEqual([found.tables, found.views, found.jobs], [["a"], ["b"], ["tick"]]);
 * ```
 */
export function publicObjects(files: readonly SchemaFile[]): PublicObjects {
  const sql = files.map((file) => file.sql).join("\n").replace(/--.*$/gm, "");
  const all = (
    pattern: RegExp,
  ) => [...new Set([...sql.matchAll(pattern)].map((match) => (match[1] ?? "").replace(/\s+/g, " ")))];
  return {
    tables: all(/^create table (?:if not exists )?public\.(\w+)/gm),
    views: all(/^create (?:or replace )?view public\.(\w+)/gm),
    types: all(/^create type public\.(\w+)/gm),
    // Every function has its revoke, which names the argument types.
    functions: all(/^revoke all on function\s+public\.(\w+\([^)]*\))/gm),
    jobs: all(/cron\.schedule\(\s*'([^']+)'/g),
  };
}
