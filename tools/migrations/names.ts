/**
 * Names in a parse tree, as a person would write them.
 *
 * @module
 */
import type { Statement, Tree } from "./statements.ts";

/**
 * `schema.name` of a list of strings.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { qualified } from "./names.ts";
 *
 * assert.equal(qualified([{ String: { sval: "public" } }, { String: { sval: "f" } }]), "public.f");
 * ```
 */
export function qualified(names: unknown): string {
  return listOf(names).map((name) => String(inner(name)["sval"] ?? "")).join(".");
}

/**
 * `schema.name` of a `RangeVar`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { relation } from "./names.ts";
 *
 * assert.equal(relation({ schemaname: "public", relname: "t" }), "public.t");
 * ```
 */
export function relation(tree: unknown): string {
  const { schemaname, relname } = tree as Tree;
  return [schemaname, relname].filter((name) => name !== undefined).join(".");
}

/**
 * What a statement makes or is about, in words: `function s.f(uuid)`, `table s.t`, `comment on column s.t.c`. The grants and the
 * comment of a function or a view have the name of that.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { nameOf } from "./names.ts";
 * import { splitStatements } from "./statements.ts";
 *
 * const sql = "create function s.f(a int) returns int language sql as '';\nrevoke all on function s.f(int) from anon;";
 * assert.deepEqual(splitStatements(sql).map(nameOf), ["function s.f(int4)", "function s.f(int4)"]);
 * ```
 */
export function nameOf({ kind, tree }: Statement): string {
  const get = (key: string) => tree[key];
  switch (kind) {
    case "CreateFunctionStmt": {
      const types = listOf(get("parameters")).map(inner)
        .filter(({ mode }) => mode !== "FUNC_PARAM_OUT" && mode !== "FUNC_PARAM_TABLE")
        .map(({ argType }) => typeName(argType));
      return `function ${qualified(get("funcname"))}(${types.join(", ")})`;
    }
    case "ViewStmt":
      return `view ${relation(get("view"))}`;
    case "CreateStmt":
      return `table ${relation(get("relation"))}`;
    case "CreateEnumStmt":
      return `type ${qualified(get("typeName"))}`;
    case "CompositeTypeStmt":
      return `type ${relation(get("typevar"))}`;
    case "CreateSchemaStmt":
      return `schema ${get("schemaname")}`;
    case "CreateExtensionStmt":
      return `extension ${get("extname")}`;
    case "IndexStmt":
      return `index ${get("idxname") ?? `on ${relation(get("relation"))}`}`;
    case "CreateTrigStmt":
      return `trigger ${get("trigname")} on ${relation(get("relation"))}`;
    case "CreatePolicyStmt":
      return `policy "${get("policy_name")}" on ${relation(get("table"))}`;
    case "AlterTableStmt": {
      const { subtype, def } = inner(listOf(get("cmds"))[0]);
      const what = subtype === "AT_AddConstraint"
        ? `constraint ${inner(def)["conname"] ?? "of"} on`
        : ALTERED.get(String(subtype)) ?? "alter table";
      return `${what} ${relation(get("relation"))}`;
    }
    case "InsertStmt":
      return `rows of ${relation(get("relation"))}`;
    case "GrantStmt": {
      if (get("targtype") === "ACL_TARGET_ALL_IN_SCHEMA") {
        const [schema] = listOf(get("objects")).map((object) => inner(object)["sval"]);
        return `grants on all ${
          String(get("objtype")).replace("OBJECT_", "").toLowerCase()
        }s in schema ${schema}`;
      }
      const objects = listOf(get("objects")).map((object) => objectName(get("objtype"), object));
      const [first = "", ...others] = objects;
      return others.length === 0 && first.startsWith("function ") ? first : `grants on ${objects.join(", ")}`;
    }
    case "CommentStmt": {
      const object = objectName(get("objtype"), get("object"));
      return /^(function|view) /.test(object) ? object : `comment on ${object}`;
    }
    default:
      return calledName(tree) ?? kind.replace(/Stmt$/, "").toLowerCase();
  }
}

const ALTERED = new Map([["AT_EnableRowSecurity", "row security of"], ["AT_SetStatistics", "statistics of"]]);

/** `select cron.schedule('tick', ...)` makes what its first argument names. */
function calledName(tree: Tree): string | null {
  const call = inner(inner(listOf(tree["targetList"])[0])["val"]);
  const [first] = listOf(call["args"]).map(inner);
  if (call["funcname"] === undefined) return null;
  const argument = (first?.["sval"] as Tree | undefined)?.["sval"];
  return `${qualified(call["funcname"])}${argument === undefined ? "" : ` ${argument}`}`;
}

function objectName(type: unknown, object: unknown): string {
  const word = String(type).replace("OBJECT_", "").toLowerCase();
  const tree = inner(object);
  if (tree["objname"] !== undefined) {
    return `${word} ${qualified(tree["objname"])}(${
      listOf(tree["objargs"]).map(inner).map(typeName).join(", ")
    })`;
  }
  if (tree["relname"] !== undefined) return `${word} ${relation(tree)}`;
  const names = tree["items"] ?? tree["names"];
  return `${word} ${names === undefined ? String(tree["sval"] ?? "") : qualified(names)}`;
}

function typeName(type: unknown): string {
  const { names, arrayBounds } = type as Tree;
  return qualified(names).replace(/^pg_catalog\./, "") + (arrayBounds === undefined ? "" : "[]");
}

/** The items of a list in a parse tree. */
export function listOf(tree: unknown): readonly unknown[] {
  return Array.isArray(tree) ? tree : [];
}

/** What a node is, without the key that names its kind. */
export function inner(node: unknown): Tree {
  const [first] = Object.values((node ?? {}) as Tree);
  return (first ?? {}) as Tree;
}
