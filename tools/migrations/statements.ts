import { loadModule, parseSync } from "libpg-query";

// Only this is asynchronous: it loads the parser, which is WebAssembly.
await loadModule();

/** A part of the parse tree, as libpg-query gives it: the kind of a node is the key that holds it. */
export type Tree = Readonly<Record<string, unknown>>;

/** A statement of an SQL file. */
export interface Statement {
  /** Verbatim, with the comments and empty lines in front of it. */
  readonly sql: string;
  /** `CreateFunctionStmt` and so on. */
  readonly kind: string;
  readonly tree: Tree;
}

/** The semicolon and the rest of its line, unless another statement begins there. */
const END = /^;[ \t]*(?:--[^\n]*)?\n/;

/**
 * Splits SQL into statements. Their texts, joined, are the SQL: comments behind the last statement belong to it.
 * Throws where Postgres's parser finds a syntax error.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { splitStatements } from "./statements.ts";
 *
 * const statements = splitStatements("-- One.\nselect ';';\ncreate table t ();\n");
 * assert.deepEqual(statements.map(({ kind }) => kind), ["SelectStmt", "CreateStmt"]);
 * assert.equal(statements[0]?.sql, "-- One.\nselect ';';\n");
 * ```
 */
export function splitStatements(sql: string): Statement[] {
  const bytes = new TextEncoder().encode(sql);
  const text = (from: number, to?: number) => new TextDecoder().decode(bytes.subarray(from, to));
  const parsed = parseSync(sql).stmts ?? [];
  let from = 0;
  return parsed.map(({ stmt, stmt_location: start = 0, stmt_len: length = 0 }, n) => {
    const semicolon = start + length;
    const [end = ";"] = END.exec(text(semicolon)) ?? [];
    const to = n === parsed.length - 1 ? bytes.length : semicolon + new TextEncoder().encode(end).length;
    const [kind = "", tree = {}] = Object.entries(stmt ?? {})[0] ?? [];
    const statement = { sql: text(from, to), kind, tree: tree as Tree };
    from = to;
    return statement;
  });
}
