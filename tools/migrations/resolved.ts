import type { SchemaFile } from "../../cli/bundle/schema_files.ts";
import { inner, listOf, nameOf, qualified, relation } from "./names.ts";
import { splitFile } from "./objects.ts";
import { splitStatements, type Statement, type Tree } from "./statements.ts";

/** What a statement makes, or reads when it is run: `relation public.t` (a table, a view or a type), `function s.f`. */
type Name = string;

/**
 * Throws if a statement reads what comes behind it in load order, or is nowhere. Postgres resolves bodies in plpgsql
 * when they run, except the types of their variables. It resolves everything else on creation: functions in SQL, views,
 * policies, checks, defaults, triggers, foreign keys, arguments.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { requireResolved } from "./resolved.ts";
 *
 * const view = { path: "10_tables/a.sql", folder: "tables", sql: "create view public.a as select from public.b;" };
 * const table = { path: "10_tables/b.sql", folder: "tables", sql: "create table public.b ();" };
 * requireResolved([table, view]);
 * assert.throws(() => requireResolved([view, table]), /10_tables\/a\.sql: view public\.a needs relation public\.b/);
 * ```
 */
export function requireResolved(files: readonly SchemaFile[]): void {
  const parts = files.flatMap((file) => splitFile(file).map((part) => ({ path: file.path, part })));
  const makers = new Map<Name, string>();
  for (const { path, part } of parts) {
    for (const name of madeBy(part)) if (!makers.has(name)) makers.set(name, path);
  }
  const made = new Set<Name>();
  for (const { path, part } of parts) {
    const own = madeBy(part);
    for (const name of readBy(part)) {
      if (made.has(name) || own.includes(name)) continue;
      const maker = makers.get(name);
      if (maker === undefined && !OURS.test(name)) continue;
      throw new Error(
        `schemas/${path}: ${nameOf(part)} needs ${name}, which ` +
          (maker === undefined
            ? "no file makes"
            : maker === path
            ? "comes behind it"
            : `comes later, in ${maker}`),
      );
    }
    for (const name of own) made.add(name);
  }
}

/** A name in a schema that the bundle fills. */
const OURS = /^\w+ (public|sync_scheduler)\./;

function madeBy({ kind, tree }: Statement): Name[] {
  switch (kind) {
    case "CreateFunctionStmt":
      return [`function ${qualified(tree["funcname"])}`];
    case "CreateStmt":
      return [`relation ${relation(tree["relation"])}`];
    case "ViewStmt":
      return [`relation ${relation(tree["view"])}`];
    case "CompositeTypeStmt":
      return [`relation ${relation(tree["typevar"])}`];
    case "CreateEnumStmt":
      return [`relation ${qualified(tree["typeName"])}`];
    default:
      return [];
  }
}

function readBy({ kind, tree }: Statement): Name[] {
  // Sequences come with the columns that own them.
  if (tree["objtype"] === "OBJECT_SEQUENCE") return [];
  const names = [...namesIn(tree)];
  if (kind === "CreateTrigStmt") names.push(`function ${qualified(tree["funcname"])}`);
  if (kind === "CommentStmt") names.push(...commentedRelation(tree));
  if (kind === "CreateFunctionStmt") {
    const option = (name: string) =>
      listOf(tree["options"]).map(inner).find(({ defname }) => defname === name)?.["arg"];
    const language = inner(option("language"))["sval"];
    const body = String(inner(listOf(inner(option("as"))["items"])[0])["sval"]);
    if (language === "plpgsql") names.push(...variableTypes(body));
    if (language === "sql") names.push(...splitStatements(body).flatMap(({ tree }) => [...namesIn(tree)]));
  }
  return names;
}

/** All names of relations, types and functions below a node. */
function* namesIn(node: unknown): Generator<Name> {
  if (Array.isArray(node)) {
    for (const item of node) yield* namesIn(item);
    return;
  }
  if (typeof node !== "object" || node === null) return;
  const tree = node as Tree;
  if (typeof tree["relname"] === "string") yield `relation ${relation(tree)}`;
  for (const [key, value] of Object.entries(tree)) {
    if (key === "FuncCall") yield `function ${qualified((value as Tree)["funcname"])}`;
    else if (key === "ObjectWithArgs") yield `function ${qualified((value as Tree)["objname"])}`;
    else if (Array.isArray((value as Tree | null)?.["names"])) {
      yield `relation ${qualified((value as Tree)["names"])}`;
    }
    yield* namesIn(value);
  }
}

function commentedRelation(tree: Tree): Name[] {
  const names = listOf(inner(tree["object"])["items"]);
  const length = tree["objtype"] === "OBJECT_COLUMN" ? -1 : undefined;
  return /TABLE|VIEW|COLUMN/.test(String(tree["objtype"]))
    ? [`relation ${qualified(names.slice(0, length))}`]
    : [];
}

/** The types of a function's variables, which are looked up when it is created. */
function variableTypes(body: string): Name[] {
  const [, declared = ""] = /\bdeclare\b([^]*?)\bbegin\b/.exec(body.replace(/--.*$/gm, "")) ?? [];
  return Array.from(
    declared.matchAll(/^\s+\w+ (?:constant )?(\w+\.\w+)/gm),
    ([, type]) => `relation ${type}`,
  );
}
