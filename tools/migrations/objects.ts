import { MEMBERSHIP, type SchemaFile } from "../../cli/bundle/schema_files.ts";
import { nameOf } from "./names.ts";
import { splitStatements, type Statement } from "./statements.ts";

/** What schema files make: a function with its grants and its comment, a table, an index, a comment, ... */
export interface SchemaObject extends SchemaFile {
  /** `function sync_scheduler.f(uuid)`, `table public.t`, ... */
  readonly name: string;
  /**
   * Whether its text may be run over what an earlier version of it made: it replaces a function or a view, or it is
   * comments alone. A table, a trigger or a lone grant cannot.
   */
  readonly canRunAgain: boolean;
}

/**
 * The objects of schema files, in load order. Statements about the same thing are one object, wherever they are.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { objectsOf } from "./objects.ts";
 *
 * const sql = "create table s.t ();\ncreate or replace view s.v as select 1;\nrevoke all on s.v from anon;\n";
 * const objects = objectsOf([{ path: "10_tables/t.sql", folder: "tables", sql }]);
 * assert.deepEqual(objects.map(({ name, canRunAgain }) => [name, canRunAgain]), [
 *   ["table s.t", false],
 *   ["view s.v", true],
 * ]);
 * ```
 */
export function objectsOf(files: readonly SchemaFile[]): SchemaObject[] {
  const parts = files.flatMap((file) => splitFile(file).map((statement) => ({ ...file, ...statement })));
  const views = new Set(parts.filter(({ kind }) => kind === "ViewStmt").map(nameOf));
  const named = parts.map((part) => {
    const name = part.kind === "DoStmt" ? `block of ${part.path}` : nameOf(part);
    // Postgres grants on a view as on a table.
    const view = name.replace(/^grants on table /, "view ");
    return { ...part, name: views.has(view) ? view : name };
  });
  return [...Map.groupBy(named, ({ name }) => name)].map(([name, members]) => {
    const { path = "", folder = "" } = members[0] ?? {};
    const other = members.find((part) => (part.folder === MEMBERSHIP) !== (folder === MEMBERSHIP));
    if (other !== undefined) throw new Error(`schemas/${path} and ${other.path} share ${name}`);
    return {
      name,
      path,
      folder,
      sql: members.map(({ sql }) => sql).join(""),
      canRunAgain: members.every(({ kind }) => kind === "CommentStmt") ||
        members.some(replaces) && members.every((part) => replaces(part) || ADDED.has(part.kind)),
    };
  });
}

const ADDED = new Set(["GrantStmt", "CommentStmt"]);

function replaces({ kind, tree }: Statement): boolean {
  return ["CreateFunctionStmt", "ViewStmt"].includes(kind) && tree["replace"] === true;
}

/** The statements of a file; a syntax error names the file. */
export function splitFile({ path, sql }: SchemaFile): Statement[] {
  try {
    return splitStatements(sql);
  } catch (error) {
    throw new Error(`schemas/${path}: ${error instanceof Error ? error.message : error}`);
  }
}
