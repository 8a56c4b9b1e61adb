import type { SchemaFile } from "../cli/bundle/schema_files.ts";
import { inner, listOf, nameOf } from "./migrations/names.ts";
import { splitFile } from "./migrations/objects.ts";
import type { Statement, Tree } from "./migrations/statements.ts";
import { sqlTokens } from "./sql_tokens.ts";

/** The same as for TypeScript. */
const WIDTH = 110;

/**
 * What breaks the rules for SQL in schema files, each with its file and line or object. Lines have at most 110 columns.
 * Words are in lower case. What a button does is a trigger, not a press. All functions have one search path and no
 * `#variable_conflict`. Tables have their schema. Errors of the catalogue (`PTnnn`) come from `raise_error`.
 * Why these are checks and no formatter: docs/decisions/house/sql-has-no-formatter.md.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { sqlFaults } from "./sql_faults.ts";
 *
 * const sql = "create table public.t (\n  id INT);\n";
 * assert.deepEqual(sqlFaults([{ path: "10_tables/t.sql", folder: "tables", sql }]), ["10_tables/t.sql:2: INT"]);
 * ```
 */
export function sqlFaults(files: readonly SchemaFile[]): string[] {
  const split = files.map((file) => ({ file, statements: splitFile(file) }));
  const transitions = new Set(split.flatMap(({ statements }) => statements.flatMap(transitionTables)));
  return split.flatMap(({ file, statements }) => {
    const named = statements.flatMap((statement) =>
      faultsOf(statement, transitions).map((fault) => `${file.path}: ${nameOf(statement)}: ${fault}`)
    );
    return [...longLines(file), ...badWords(file), ...named];
  });
}

/** The lines of a file of SQL that have more than 110 columns. */
export function longLines({ path, sql }: Pick<SchemaFile, "path" | "sql">): string[] {
  return sql.split("\n").flatMap((line, n) =>
    [...line].length > WIDTH ? [`${path}:${n + 1}: more than ${WIDTH} columns`] : []
  );
}

/** Words in upper case, and names that say `press`, in bodies as well; not in literals, quoted names and comments. */
function badWords({ path, sql }: SchemaFile): string[] {
  return sqlTokens(sql)
    .filter(({ text }) => !/^["'$]|^[ebx]'|^(--|\/\*)/i.test(text) && /[A-Z]|(^|_)press(_|$)/.test(text))
    .map(({ text, line }) => `${path}:${line}: ${text}`);
}

function faultsOf(statement: Statement, transitions: ReadonlySet<string>): string[] {
  const { kind, tree } = statement;
  const unqualified = [...relationsIn(tree)].filter((name) => !name.includes("."));
  const faults = unqualified.map((name) => `${name} has no schema`);
  if (kind !== "CreateFunctionStmt") return faults;
  const options = listOf(tree["options"]).map(inner);
  const paths = options.map(({ arg }) => inner(arg)).filter(({ name }) => name === "search_path")
    .map(({ args }) =>
      listOf(args).map((arg) => (inner(arg)["sval"] as Tree | undefined)?.["sval"]).join(", ")
    );
  if (paths.join() !== "pg_catalog, pg_temp") faults.push("its search_path is not pg_catalog, pg_temp");
  const body = String(
    inner(listOf(inner(options.find(({ defname }) => defname === "as")?.["arg"])["items"])[0])["sval"],
  );
  if (/^\s*#variable_conflict\b/m.test(body)) faults.push("it has #variable_conflict");
  if (/\berrcode\s*=\s*'PT\d/.test(body)) faults.push("it raises a PT error without raise_error");
  return [...faults, ...unqualifiedIn(body, transitions).map((name) => `${name} has no schema`)];
}

/** What a trigger's function calls the rows of its statement. */
function transitionTables({ tree }: Statement): string[] {
  return listOf(tree["transitionRels"]).map((relation) => String(inner(relation)["name"]));
}

/** Relations that a statement names, and those of its `with` without a schema. */
function* relationsIn(node: unknown, defined: readonly string[] = []): Generator<string> {
  if (typeof node !== "object" || node === null) return;
  const tree = node as Tree;
  const own = listOf((tree["withClause"] as Tree | undefined)?.["ctes"]).map((cte) =>
    String(inner(cte)["ctename"])
  );
  const known = [...defined, ...own];
  const { relname, schemaname } = tree;
  if (typeof relname === "string" && !known.includes(relname)) {
    yield schemaname === undefined ? relname : `${schemaname}.${relname}`;
  }
  // The names of triggers' transition tables have none.
  for (const [key, value] of Object.entries(tree)) {
    if (key !== "transitionRels") yield* relationsIn(value, known);
  }
}

/** Tables without a schema in a body: behind `from`, `join`, `update` and `into`. A catalog of Postgres needs none. */
function unqualifiedIn(body: string, transitions: ReadonlySet<string>): string[] {
  const code = body.replace(/--.*$/gm, "").replace(/'(?:[^']|'')*'/g, "''")
    // Here `from` names no table.
    .replace(/\bextract\(\w+ from|\b(?:substring|overlay)\([^()]+ from|\bdistinct from/g, "");
  const defined = new Set(Array.from(code.matchAll(DEFINED), ([, name]) => name));
  return Array.from(code.matchAll(NAMED), ([, name = ""]) => name)
    .filter((name) => !defined.has(name) && !transitions.has(name) && !/^(lateral|pg_.+)$/.test(name));
}

const DEFINED = /\b(\w+)(?:\s*\([\w\s,]*\))?\s+as\s+(?:materialized |not materialized )?\(/g;
const NAMED =
  /\b(?:from|join|insert\s+into|(?<!\b(?:for|key|do|before|after|or)\s)update)\s+(?:only\s+)?([a-z_]\w*)\b(?!\s*[.(])/g;
