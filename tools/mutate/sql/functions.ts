import { type Fault, faultsIn } from "./expressions.ts";
import { type Part, partsOf, splitAssignment } from "./plpgsql.ts";
import {
  at,
  callsOf,
  deparse,
  nameOf,
  nodesOf,
  parseStatements,
  replaced,
  stringOf,
  textOf,
  type Tree,
} from "./tree.ts";

/** A fault in a statement of the schema: the whole statement with it. */
export interface StatementFault {
  readonly kind: string;
  readonly node: string;
  readonly describe: string;
  /** Of guards: what they protect, else the changed node. It decides the area. */
  readonly text: string;
  readonly inWrite: boolean;
  /** The whole statement with the fault; null when it cannot be written. Writing takes long, and few are tried. */
  write(): string | null;
}

/** A `create function` statement. */
export interface FunctionStatement {
  readonly text: string;
  readonly tree: Tree;
}

/** Codes that an error is changed into. */
const OTHER_ERRORS = ["rate_limited", "invalid_period"];
const LOCKS = /^pg_advisory_|(^|\.)lock_/;
const GUARDS = /(^|\.)require_/;

/** The body of a function, and where it begins in the statement; null of one whose body is no string. */
export function bodyOf({ text, tree }: FunctionStatement): { body: string; begin: number } | null {
  const options = at(tree, ["CreateFunctionStmt", "options"]);
  const as = (Array.isArray(options) ? options : []).find((o) => at(o, ["DefElem", "defname"]) === "as");
  const body = stringOf(at(as, ["DefElem", "arg", "List", "items", 0]));
  const begin = body === null ? -1 : text.indexOf(`$${body}$`) + 1;
  return body === null || begin === 0 ? null : { body, begin };
}

export function parametersOf({ tree }: FunctionStatement): string[] {
  const parameters = at(tree, ["CreateFunctionStmt", "parameters"]);
  return (Array.isArray(parameters) ? parameters : []).map((parameter) =>
    at(parameter, ["FunctionParameter", "name"])
  ).filter((name) => typeof name === "string");
}

/** The functions that a function calls. */
export function callsOfFunction(statement: FunctionStatement): Set<string> {
  const found = bodyOf(statement);
  if (found === null) return new Set();
  const queries = isPlpgsql(statement)
    ? partsOf(statement.text, found.body, parametersOf(statement)).map(readable)
    : parseStatements(found.body).map(({ tree }) => ({ tree }));
  return new Set(queries.flatMap((query) => query === null ? [] : [...callsOf(query.tree)]));
}

/** Every fault that can be put into a function. */
export function* faultsOfFunction(statement: FunctionStatement): Generator<StatementFault> {
  yield* faultsOfSignature(statement);
  const found = bodyOf(statement);
  if (found === null) return;
  const splice = (begin: number, end: number, text: string) =>
    statement.text.slice(0, found.begin + begin) + text + statement.text.slice(found.begin + end);
  if (!isPlpgsql(statement)) {
    for (const { text, begin, tree } of parseStatements(found.body)) {
      if (deparse(tree) === null) continue;
      for (const fault of faultsIn(tree)) {
        const lead = text.length - text.trimStart().length;
        const write = () => {
          const changed = deparse(fault.tree);
          return changed === null ? null : splice(begin + lead, begin + text.length, changed);
        };
        const { kind, node, describe, inWrite } = fault;
        yield { kind, node, describe, inWrite, text: node, write };
      }
    }
    return;
  }
  for (const part of partsOf(statement.text, found.body, parametersOf(statement))) {
    const query = readable(part);
    if (query === null) continue;
    for (const fault of [...faultsIn(query.tree), ...errorsIn(query.tree)]) {
      const write = () => {
        const changed = deparse(fault.tree);
        return changed === null ? null : splice(part.begin, part.end, query.write(changed));
      };
      const { kind, node, describe, inWrite } = fault;
      yield { kind, node, describe, inWrite, text: [node, part.guarded ?? ""].join(" "), write };
    }
    const dropped = dropOf(part, query.tree, found.body);
    if (dropped !== null) {
      const { begin, end, by, ...fault } = dropped;
      yield { ...fault, inWrite: false, write: () => splice(begin, end, by) };
    }
  }
}

function isPlpgsql({ tree }: FunctionStatement): boolean {
  const options = at(tree, ["CreateFunctionStmt", "options"]);
  return (Array.isArray(options) ? options : []).some((option) =>
    at(option, ["DefElem", "defname"]) === "language" &&
    stringOf(at(option, ["DefElem", "arg"])) === "plpgsql"
  );
}

/** A part as SQL that can be changed: its tree, and how a changed one is written; null when it cannot be read. */
export function readable(part: Part): { tree: Tree; write(sql: string): string } | null {
  const select = "SELECT";
  const read = (sql: string) => {
    try {
      const [statement, ...more] = parseStatements(sql);
      return statement !== undefined && more.length === 0 && deparse(statement.tree) !== null
        ? statement.tree
        : null;
    } catch {
      return null;
    }
  };
  const withoutSelect = (sql: string) => sql.slice(select.length).trim();
  if (part.mode === "statement") {
    const tree = read(part.query);
    return tree === null ? null : { tree, write: (sql) => part.into === "" ? sql : `${sql} ${part.into}` };
  }
  if (part.mode === "perform") {
    const tree = read(part.query);
    return tree === null ? null : { tree, write: (sql) => `perform ${withoutSelect(sql)}` };
  }
  if (part.mode === "expression") {
    const tree = read(`${select} ${part.query}`);
    return tree === null ? null : { tree, write: withoutSelect };
  }
  const assignment = splitAssignment(part.query);
  const tree = assignment === null ? null : read(`${select} ${assignment.value}`);
  return tree === null || assignment === null
    ? null
    : { tree, write: (sql) => `${assignment.target} := ${withoutSelect(sql)}` };
}

/** Another error instead of each that is raised. */
function* errorsIn(tree: Tree): Generator<Fault> {
  for (const { type, path, fields } of nodesOf(tree)) {
    if (type !== "FuncCall" || !nameOf(fields.funcname).endsWith("raise_error")) continue;
    const code = stringOf(at(fields, ["args", 0]));
    const other = OTHER_ERRORS.find((error) => error !== code);
    if (code === null || other === undefined) continue;
    yield {
      kind: "change-error",
      node: `'${code}'`,
      describe: `raise \`${other}\` instead of \`${code}\``,
      tree: replaced(tree, [...path, "args", 0], { A_Const: { sval: { sval: other } } }),
      inWrite: false,
    };
  }
}

interface Drop {
  readonly kind: string;
  readonly node: string;
  readonly describe: string;
  readonly text: string;
  readonly begin: number;
  readonly end: number;
  readonly by: string;
}

/** What is left when a statement or a guard does nothing; null where something has to be there. */
function dropOf(part: Part, tree: Tree, body: string): Drop | null {
  const { begin, end } = part;
  if (part.guarded !== null) {
    const node = textOf(at(tree, ["SelectStmt", "targetList", 0, "ResTarget", "val"]));
    const text = `${node} ${part.guarded}`;
    const describe = `drop the guard \`if ${node}\``;
    return { kind: "drop-guard", node, describe, text, begin, end, by: "false" };
  }
  const node = part.mode === "assignment" ? part.query.replace(/\s+/g, " ") : textOf(tree);
  const drop = { node, text: node, begin, end, describe: `drop the statement \`${node}\`` };
  if (part.mode === "perform") {
    const called = [...callsOf(tree)];
    const kind = called.some((name) => LOCKS.test(name))
      ? "drop-lock"
      : called.some((name) => GUARDS.test(name))
      ? "drop-guard"
      : "drop-statement";
    return { ...drop, kind, by: "null" };
  }
  if (part.statement === "PLpgSQL_stmt_execsql" && part.into === "") {
    return { ...drop, kind: "drop-statement", by: "null" };
  }
  // A default of a declaration is read as an assignment too, but has no target.
  const isStatement = part.statement === "PLpgSQL_stmt_assign" && body[end] === ";";
  return part.mode === "assignment" && isStatement ? { ...drop, kind: "drop-statement", by: "null" } : null;
}

/** Faults of a function's parameters and rights. */
function* faultsOfSignature({ tree }: FunctionStatement): Generator<StatementFault> {
  if (deparse(tree) === null) return;
  const create = ["CreateFunctionStmt"];
  const found: { kind: string; node: string; describe: string; tree: Tree }[] = [];
  const parameters = at(tree, [...create, "parameters"]);
  for (const [index, parameter] of (Array.isArray(parameters) ? parameters : []).entries()) {
    const fields = at(parameter, ["FunctionParameter"]) as Tree;
    const other = fields.defexpr === undefined ? null : otherDefault(fields.defexpr);
    if (other === null) continue;
    found.push({
      kind: "change-default",
      node: String(fields.name),
      describe: `change the default of \`${fields.name}\` to \`${textOf(other)}\``,
      tree: replaced(tree, [...create, "parameters", index, "FunctionParameter", "defexpr"], other),
    });
  }
  const options = at(tree, [...create, "options"]);
  for (const [index, option] of (Array.isArray(options) ? options : []).entries()) {
    if (at(option, ["DefElem", "defname"]) !== "security") continue;
    found.push({
      kind: "drop-definer",
      node: "security definer",
      describe: "drop `security definer`",
      tree: replaced(tree, [...create, "options", index], undefined),
    });
  }
  for (const { tree: changed, ...fault } of found) {
    const isAccess = fault.kind === "drop-definer";
    yield {
      ...fault,
      text: isAccess ? "'not_authorized'" : fault.node,
      inWrite: false,
      write: () => deparse(changed),
    };
  }
}

/** Another default than a constant one; null for one that no other is known for. */
export function otherDefault(expression: unknown): Tree | null {
  const constant = at(expression, ["A_Const"]) as Tree | undefined;
  if (constant !== undefined) {
    if (constant.ival !== undefined) {
      return { A_Const: { ival: { ival: Number(at(constant, ["ival", "ival"]) ?? 0) + 1 } } };
    }
    if (constant.boolval !== undefined) {
      const isTrue = at(constant, ["boolval", "boolval"]) === true;
      return { A_Const: { boolval: isTrue ? {} : { boolval: true } } };
    }
    const text = stringOf(expression);
    // A length of time: one unit more.
    const [count, unit, ...more] = text?.split(" ") ?? [];
    if (unit === undefined || more.length > 0 || !Number.isInteger(Number(count))) return null;
    return { A_Const: { sval: { sval: `${Number(count) + 1} ${unit}` } } };
  }
  const called = at(expression, ["FuncCall", "funcname"]);
  if (nameOf(called).split(".").at(-1) !== "now") return null;
  const [statement] = parseStatements("select now() - interval '1 day'");
  return at(statement?.tree, ["SelectStmt", "targetList", 0, "ResTarget", "val"]) as Tree;
}
