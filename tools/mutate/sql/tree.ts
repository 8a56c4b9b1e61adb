import { loadModule, parseSync } from "libpg-query";
import { deparseSync } from "pgsql-deparser";

await loadModule();

/** A parse tree, or a part of one, as libpg-query writes it: each node is an object with one key, its type. */
export type Tree = { readonly [key: string]: unknown };

/** The keys from a tree's root to a part of it. */
export type Path = readonly (string | number)[];

/** A node of a tree. */
export interface Found {
  readonly path: Path;
  readonly type: string;
  readonly fields: Tree;
}

/** Parses SQL into its statements. */
export function parseStatements(sql: string): { text: string; begin: number; tree: Tree }[] {
  const bytes = new TextEncoder().encode(sql);
  const decode = (begin: number, end: number) => new TextDecoder().decode(bytes.subarray(begin, end));
  return (parseSync(sql).stmts ?? []).map(({ stmt, stmt_location: at = 0, stmt_len: length }) => ({
    text: decode(at, length === undefined ? bytes.length : at + length),
    // The parser counts bytes, and a string counts UTF-16 units.
    begin: decode(0, at).length,
    tree: stmt as Tree,
  }));
}

/** Writes a tree as SQL on one line; null when what it writes is not the same statement. */
export function deparse(tree: Tree): string | null {
  try {
    const text = deparseSync(tree as Parameters<typeof deparseSync>[0], { pretty: false });
    const [again, ...more] = parseStatements(text);
    return again !== undefined && more.length === 0 && isSame(again.tree, tree) ? text : null;
  } catch {
    return null;
  }
}

/** An expression or another part of a statement as text, for names and descriptions. */
export function textOf(node: unknown): string {
  try {
    return deparseSync(node as Parameters<typeof deparseSync>[0], { pretty: false }).replace(/\s+/g, " ");
  } catch {
    return JSON.stringify(withoutLocations(node));
  }
}

/** Whether two trees are the same but for the places of their nodes. */
export function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(withoutLocations(a)) === JSON.stringify(withoutLocations(b));
}

function withoutLocations(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutLocations);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    // An empty list is the same as none.
    Object.entries(value).filter(([key, member]) =>
      !LOCATIONS.has(key) && !(Array.isArray(member) && member.length === 0)
    )
      .map(([key, member]) => [key, withoutLocations(member)]),
  );
}

/** The place of a node in the text, and what the parser notes of the text itself. */
const LOCATIONS = new Set([
  ...["location", "stmt_location", "stmt_len", "name_location", "list_start", "list_end"],
  ...["rexpr_list_start", "rexpr_list_end"],
]);

/** Types of nodes that the parser writes without their type, by their key. */
const UNTYPED: Record<string, string> = { larg: "SelectStmt", rarg: "SelectStmt" };

/** Every node of a tree, from the outside to the inside, in the order of the text. */
export function* nodesOf(tree: unknown, path: Path = []): Generator<Found> {
  if (Array.isArray(tree)) {
    for (const [index, member] of tree.entries()) yield* nodesOf(member, [...path, index]);
  } else if (typeof tree === "object" && tree !== null) {
    for (const [key, value] of Object.entries(tree)) {
      if (typeof value !== "object" || value === null) continue;
      const type = /^[A-Z]/.test(key)
        ? key
        : key in UNTYPED && "targetList" in value
        ? UNTYPED[key]
        : undefined;
      if (type !== undefined) yield { path: [...path, key], type, fields: value as Tree };
      yield* nodesOf(value, [...path, key]);
    }
  }
}

/** What is at a path. */
export function at(tree: unknown, path: Path): unknown {
  return path.reduce<unknown>((part, key) => (part as Record<string | number, unknown>)?.[key], tree);
}

/** A copy of a tree that has another value at a path; `undefined` takes away what was there. */
export function replaced(tree: Tree, path: Path, value: unknown): Tree {
  const copy: Tree = structuredClone(tree);
  const last = path.at(-1);
  if (last === undefined) return value as Tree;
  const parent = at(copy, path.slice(0, -1)) as Record<string | number, unknown>;
  if (value !== undefined) parent[last] = value;
  else if (Array.isArray(parent)) parent.splice(Number(last), 1);
  else delete parent[last];
  return copy;
}

/** The text of `String` nodes and of string constants; null of another node. */
export function stringOf(node: unknown): string | null {
  const text = at(node, ["String", "sval"]) ?? at(node, ["A_Const", "sval", "sval"]);
  return typeof text === "string" ? text : null;
}

/** A qualified name from a list of `String` nodes. */
export function nameOf(list: unknown): string {
  return (Array.isArray(list) ? list : []).map(stringOf).join(".");
}

/** A qualified name from a `RangeVar`. */
export function relationOf(relation: unknown): string {
  const { schemaname, relname } = (relation ?? {}) as Record<string, unknown>;
  return [schemaname, relname].filter((part) => typeof part === "string").join(".");
}

/** The functions that a tree calls, qualified, once each. */
export function callsOf(tree: unknown): Set<string> {
  const calls = [...nodesOf(tree)].filter(({ type }) => type === "FuncCall")
    .map(({ fields }) => nameOf(fields.funcname));
  return new Set(calls);
}
