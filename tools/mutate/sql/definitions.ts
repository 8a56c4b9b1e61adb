import { faultsIn } from "./expressions.ts";
import { otherDefault, type StatementFault } from "./functions.ts";
import { at, deparse, nameOf, relationOf, replaced, stringOf, textOf, type Tree } from "./tree.ts";
import type { Area } from "../mutant.ts";

/** A fault in a statement that defines something other than a function. */
export interface DefinitionFault extends Omit<StatementFault, "text" | "inWrite"> {
  readonly target: string;
  readonly area: Area;
}

/** What stands for a statement that is gone. */
const NOTHING = "select 1";
const CONSTRAINTS: Record<string, string> = {
  CONSTR_CHECK: "check",
  CONSTR_FOREIGN: "foreign key",
  CONSTR_UNIQUE: "unique",
  CONSTR_NOTNULL: "not null",
};

/** Every fault of a statement that defines a table, an index, a trigger, a policy, a right or a view, or calls something. */
export function* faultsOfDefinition(tree: Tree): Generator<DefinitionFault> {
  const [type = "", fields] = Object.entries(tree)[0] as [string, Tree];
  switch (type) {
    case "CreateStmt":
      return yield* faultsOfTable(tree, fields);
    case "AlterTableStmt":
      return yield* faultsOfAlteration(fields);
    case "IndexStmt":
      return yield* faultsOfIndex(tree, fields);
    case "CreateTrigStmt":
      return yield* faultsOfTrigger(tree, fields);
    case "CreatePolicyStmt":
      return yield* faultsOfPolicy(tree, fields);
    case "GrantStmt":
      return yield* faultsOfGrant(tree, fields);
    case "ViewStmt":
      return yield* faultsOfView(tree, fields);
    case "SelectStmt": {
      const node = textOf(tree);
      const called = at(fields, ["targetList", 0, "ResTarget", "val", "FuncCall"]) as Tree | undefined;
      if (called === undefined) return;
      const target = [nameOf(called.funcname), stringOf(at(called, ["args", 0])) ?? ""].join(" ").trim();
      return yield drop("tick", target, "drop-statement", node);
    }
  }
}

function drop(area: Area, target: string, kind: string, node: string): DefinitionFault {
  return { area, target, kind, node, describe: `drop \`${node}\``, write: () => NOTHING };
}

function* changed(
  fault: Omit<DefinitionFault, "write">,
  tree: Tree,
): Generator<DefinitionFault> {
  yield { ...fault, write: () => deparse(tree) };
}

function* faultsOfTable(tree: Tree, fields: Tree): Generator<DefinitionFault> {
  if (deparse(tree) === null) return;
  const target = relationOf(fields.relation);
  const root = ["CreateStmt", "tableElts"];
  const elements = list(fields.tableElts);
  const keys = new Set(elements.flatMap(primaryKey));
  for (const [index, element] of elements.entries()) {
    const table = at(element, ["Constraint"]) as Tree | undefined;
    if (table !== undefined) yield* faultsOfConstraint(tree, [...root, index], target, table, "");
    const column = at(element, ["ColumnDef"]) as Tree | undefined;
    for (const [n, member] of list(column?.constraints).entries()) {
      const path = [...root, index, "ColumnDef", "constraints", n];
      const constraint = at(member, ["Constraint"]) as Tree;
      const name = String(column?.colname);
      // The primary key refuses null by itself: nothing is lost.
      if (constraint.contype === "CONSTR_NOTNULL" && keys.has(name)) continue;
      yield* faultsOfConstraint(tree, path, target, constraint, `${name} `);
      const other = constraint.contype === "CONSTR_DEFAULT" ? otherDefault(constraint.raw_expr) : null;
      if (other === null) continue;
      const describe = `change the default of \`${name}\` to \`${textOf(other)}\``;
      const fault = { area: "comparisons and defaults", target, kind: "change-default", node: name } as const;
      yield* changed({ ...fault, describe }, replaced(tree, [...path, "Constraint", "raw_expr"], other));
    }
  }
}

/** The columns of a primary key that follows the columns of a table. */
function primaryKey(element: unknown): unknown[] {
  const constraint = at(element, ["Constraint"]) as Tree | undefined;
  return constraint?.contype === "CONSTR_PRIMARY" ? list(constraint.keys).map(stringOf) : [];
}

function* faultsOfConstraint(
  tree: Tree,
  path: (string | number)[],
  target: string,
  constraint: Tree,
  column: string,
): Generator<DefinitionFault> {
  const kind = CONSTRAINTS[String(constraint.contype)];
  if (kind === undefined) return;
  const keys = [...list(constraint.keys), ...list(constraint.fk_attrs)].map(stringOf).join(", ");
  const detail = constraint.raw_expr === undefined ? keys : textOf(constraint.raw_expr);
  const to = constraint.pktable === undefined ? "" : ` to ${relationOf(constraint.pktable)}`;
  const node = `${column}${kind} ${detail}${to}`.trim();
  const fault = { area: "constraints", target, kind: `drop-${kind.replace(" ", "-")}`, node } as const;
  yield* changed({ ...fault, describe: `drop \`${node}\`` }, replaced(tree, path, undefined));
}

function* faultsOfAlteration(fields: Tree): Generator<DefinitionFault> {
  const target = relationOf(fields.relation);
  const commands = list(fields.cmds).map((command) => at(command, ["AlterTableCmd"]) as Tree);
  const node = commands.map(({ subtype, name, def }) =>
    [String(subtype).replace("AT_", ""), name, at(def, ["Constraint", "conname"])].filter(Boolean).join(" ")
  ).join(", ");
  const adds = commands.some(({ subtype }) => subtype === "AT_AddConstraint");
  const secures = commands.some(({ subtype }) => subtype === "AT_EnableRowSecurity");
  if (adds) yield drop("constraints", target, "drop-constraint", node);
  else if (secures || commands.some(({ subtype }) => subtype === "AT_SetStatistics")) {
    yield drop("access", target, "drop-statement", node);
  }
}

function* faultsOfIndex(tree: Tree, fields: Tree): Generator<DefinitionFault> {
  if (fields.unique !== true) return;
  const target = `${relationOf(fields.relation)} ${fields.idxname}`;
  yield* changed(
    { area: "constraints", target, kind: "drop-unique", node: "unique", describe: "drop `unique`" },
    replaced(tree, ["IndexStmt", "unique"], undefined),
  );
  for (const fault of faultsIn(tree)) {
    yield* changed({ ...pick(fault), area: "constraints", target }, fault.tree);
  }
}

function* faultsOfTrigger(tree: Tree, fields: Tree): Generator<DefinitionFault> {
  const target = `${relationOf(fields.relation)} ${fields.trigname}`;
  yield drop("constraints", target, "drop-trigger", String(fields.trigname));
  for (const fault of faultsIn(tree)) {
    yield* changed({ ...pick(fault), area: "constraints", target }, fault.tree);
  }
}

function* faultsOfPolicy(tree: Tree, fields: Tree): Generator<DefinitionFault> {
  const target = `${relationOf(fields.table)} ${fields.policy_name}`;
  yield drop("access", target, "drop-policy", String(fields.policy_name));
  const open = { A_Const: { boolval: { boolval: true } } };
  yield* changed(
    {
      area: "access",
      target,
      kind: "open-policy",
      node: textOf(fields.qual),
      describe: "turn `using` into `using (true)`",
    },
    replaced(tree, ["CreatePolicyStmt", "qual"], open),
  );
  for (const fault of faultsIn(tree)) yield* changed({ ...pick(fault), area: "access", target }, fault.tree);
}

function* faultsOfGrant(tree: Tree, fields: Tree): Generator<DefinitionFault> {
  const objects = list(fields.objects).map((object) =>
    nameOf(at(object, ["ObjectWithArgs", "objname"])) || relationOf(at(object, ["RangeVar"])) ||
    stringOf(object) || ""
  );
  const target = objects.join(", ");
  const roles = list(fields.grantees).map((role) => at(role, ["RoleSpec"]) as Tree);
  const names = roles.map(({ rolename }) => String(rolename ?? "public")).join(", ");
  const rights = list(fields.privileges).map((right) => at(right, ["AccessPriv", "priv_name"])).join(", ") ||
    "all";
  if (fields.is_grant !== true) {
    return yield drop("access", target, "drop-revoke", `revoke ${rights} from ${names}`);
  }
  const node = `grant ${rights} to ${names}`;
  yield drop("access", target, "drop-grant", node);
  if (names.includes("anon")) return;
  const anon = { RoleSpec: { roletype: "ROLESPEC_CSTRING", rolename: "anon" } };
  yield* changed(
    { area: "access", target, kind: "widen-grant", node, describe: `widen \`${node}\` to anon` },
    replaced(tree, ["GrantStmt", "grantees"], [...list(fields.grantees), anon]),
  );
}

function* faultsOfView(tree: Tree, fields: Tree): Generator<DefinitionFault> {
  if (deparse(tree) === null) return;
  const target = relationOf(fields.view);
  for (const [index, option] of list(fields.options).entries()) {
    const node = String(at(option, ["DefElem", "defname"]));
    yield* changed(
      { area: "access", target, kind: "drop-option", node, describe: `drop \`${node}\`` },
      replaced(tree, ["ViewStmt", "options", index], undefined),
    );
  }
  for (const fault of faultsIn(tree)) {
    yield* changed({ ...pick(fault), area: "comparisons and defaults", target }, fault.tree);
  }
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function pick({ kind, node, describe }: { kind: string; node: string; describe: string }) {
  return { kind, node, describe };
}
