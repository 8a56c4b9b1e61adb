import { MEMBERSHIP, type SchemaFile, sectionOf } from "./schema_files.ts";

/** A part of the schema that the migrations make, as a host with declarative schemas declares it. */
export interface DeclaredFile {
  /** Sorts behind the parts that it builds on. */
  readonly name: string;
  /** Left out by hosts with organisations of their own. */
  readonly isMembership: boolean;
  readonly sql: string;
}

// With the comment that belongs to it. Statements begin in the first column.
const INSERT = /(?:^--.*\n)*^insert into (?:'[^']*'|[^';])*;\n/gm;

/**
 * The schema files as a host declares them: one file a folder, in the order of their names, without rows. Declared files that
 * fill tables are refused by `supabase db schema declarative sync`; the rows come with the migrations.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { composeDeclared } from "./declared.ts";
 *
 * const sql = "create table t (id int);\n-- The first row.\ninsert into t values (1);\n";
 * const [file] = composeDeclared([{ path: "10_tables/t.sql", folder: "tables", sql }]);
 * assert.equal(file?.name, "10_tables.sql");
 * assert.match(file?.sql, /create table t \(id int\);\n$/);
 * ```
 */
export function composeDeclared(files: readonly SchemaFile[]): DeclaredFile[] {
  const folderOf = ({ path }: SchemaFile) => path.slice(0, path.indexOf("/"));
  return [...new Set(files.map(folderOf))].map((name) => {
    const members = files.filter((file) => folderOf(file) === name);
    return {
      name: `${name}.sql`,
      isMembership: members.some(({ folder }) => folder === MEMBERSHIP),
      sql: "-- Part of Sync Scheduler: not to be edited. Declares what its migrations make.\n" +
        members.map(sectionOf).join("").replace(INSERT, ""),
    };
  });
}
