import { at, type Found, nodesOf, type Path, replaced, stringOf, textOf, type Tree } from "./tree.ts";

/** A fault in a statement or an expression. */
export interface Fault {
  readonly kind: string;
  /** The node that is changed, as text. */
  readonly node: string;
  readonly describe: string;
  readonly tree: Tree;
  /** Whether it is in the condition of a statement that writes: a compare-and-set. */
  readonly inWrite: boolean;
}

const TRUE = { A_Const: { boolval: { boolval: true } } };
const TURNED: Record<string, string> = { "<": "<=", "<=": "<", ">": ">=", ">=": ">", "=": "<>", "<>": "=" };
/** Node types with a condition, and its key. */
const CONDITIONS: Record<string, string> = {
  SelectStmt: "whereClause",
  UpdateStmt: "whereClause",
  DeleteStmt: "whereClause",
  IndexStmt: "whereClause",
  CreateTrigStmt: "whenClause",
  JoinExpr: "quals",
  FuncCall: "agg_filter",
};

/** Every fault that can be put into a statement. */
export function* faultsIn(tree: Tree): Generator<Fault> {
  for (const found of nodesOf(tree)) {
    const inWrite = isInWrite(tree, found.path);
    for (const { node = textOf(wrap(found)), at: path, value, ...fault } of faultsOf(found)) {
      yield {
        ...{ ...fault, node, inWrite: fault.inWrite ?? inWrite },
        // Copying a tree takes long, and few faults are tried.
        get tree() {
          return replaced(tree, path, value);
        },
      };
    }
  }
}

interface Change {
  readonly kind: string;
  readonly describe: string;
  readonly node?: string;
  readonly at: Path;
  /** What comes there; nothing when it is undefined. */
  readonly value: unknown;
  readonly inWrite?: boolean;
}

function* faultsOf({ type, fields, path }: Found): Generator<Change> {
  const condition = CONDITIONS[type];
  if (condition !== undefined && fields[condition] !== undefined && !isType(fields[condition], "BoolExpr")) {
    const node = textOf(fields[condition]);
    const inWrite = type === "UpdateStmt" || type === "DeleteStmt" ? true : undefined;
    yield {
      kind: "drop-condition",
      describe: `drop the condition \`${node}\``,
      node,
      at: [...path, condition],
      value: type === "IndexStmt" || type === "CreateTrigStmt" ? undefined : TRUE,
      ...(inWrite === undefined ? {} : { inWrite }),
    };
  }
  if (type === "SelectStmt") yield* faultsOfSelect(fields, path);
  if (type === "InsertStmt") yield* faultsOfInsert(fields, path);
  if (type === "BoolExpr") yield* faultsOfBoolean(fields, path);
  if (type === "A_Expr") {
    const operator = stringOf(at(fields, ["name", 0])) ?? "";
    const kind = fields.kind;
    const turned = TURNED[operator];
    if (kind === "AEXPR_OP" && turned !== undefined && fields.lexpr !== undefined) {
      const node = textOf({ A_Expr: fields });
      yield {
        kind: "turn-comparison",
        describe: `turn \`${operator}\` into \`${turned}\` in \`${node}\``,
        node,
        at: [...path, "name"],
        value: [{ String: { sval: turned } }],
      };
    }
    const other = { AEXPR_DISTINCT: "AEXPR_NOT_DISTINCT", AEXPR_NOT_DISTINCT: "AEXPR_DISTINCT" }[
      String(kind)
    ];
    if (other !== undefined) {
      const node = textOf({ A_Expr: fields });
      yield {
        kind: "turn-comparison",
        describe: `negate \`${node}\``,
        node,
        at: [...path, "kind"],
        value: other,
      };
    }
  }
  if (type === "NullTest") {
    const node = textOf({ NullTest: fields });
    yield {
      kind: "turn-null-test",
      describe: `negate \`${node}\``,
      node,
      at: [...path, "nulltesttype"],
      value: fields.nulltesttype === "IS_NULL" ? "IS_NOT_NULL" : "IS_NULL",
    };
  }
  if (type === "CoalesceExpr" && Array.isArray(fields.args) && fields.args.length === 2) {
    const node = textOf({ CoalesceExpr: fields });
    yield {
      kind: "drop-default",
      describe: `drop the default of \`${node}\``,
      node,
      at: path.slice(0, -1),
      value: fields.args[0],
    };
  }
}

function* faultsOfSelect(fields: Tree, path: Path): Generator<Change> {
  const locks = Array.isArray(fields.lockingClause) ? fields.lockingClause : [];
  if (locks.length === 0) return;
  const from = (Array.isArray(fields.fromClause) ? fields.fromClause : []).map(textOf).join(", ");
  const node = `${from} ${locks.map(lockText).join(" ")}`;
  yield {
    kind: "drop-lock",
    describe: `drop \`${locks.map(lockText).join(" ")}\` of the rows of \`${from}\``,
    node,
    at: [...path, "lockingClause"],
    value: undefined,
  };
  const skips = locks.findIndex((lock) => at(lock, ["LockingClause", "waitPolicy"]) === "LockWaitSkip");
  if (skips < 0) return;
  yield {
    kind: "wait-for-lock",
    describe: `drop \`skip locked\` of the rows of \`${from}\``,
    node,
    at: [...path, "lockingClause", skips, "LockingClause", "waitPolicy"],
    value: "LockWaitBlock",
  };
}

function lockText(lock: unknown): string {
  const strength = String(at(lock, ["LockingClause", "strength"])).replace("LCS_", "").toLowerCase();
  const words = { forkeyshare: "for key share", forshare: "for share", fornokeyupdate: "for no key update" };
  const policy = { LockWaitSkip: " skip locked", LockWaitError: " nowait" }[
    String(at(lock, ["LockingClause", "waitPolicy"]))
  ];
  return `${(words as Record<string, string>)[strength] ?? "for update"}${policy ?? ""}`;
}

function* faultsOfInsert(fields: Tree, path: Path): Generator<Change> {
  const clause = fields.onConflictClause as Tree | undefined;
  if (clause === undefined) return;
  const table = String(at(fields, ["relation", "relname"]));
  const node = `${table} ${String(clause.action)}`;
  yield {
    kind: "drop-on-conflict",
    describe: `drop \`on conflict\` of the insert into \`${table}\``,
    node,
    at: [...path, "onConflictClause"],
    value: undefined,
    inWrite: true,
  };
  if (clause.action !== "ONCONFLICT_UPDATE") return;
  const { targetList: _list, whereClause: _where, ...rest } = clause;
  yield {
    kind: "on-conflict-do-nothing",
    describe: `turn \`do update\` of the insert into \`${table}\` into \`do nothing\``,
    node,
    at: [...path, "onConflictClause"],
    value: { ...rest, action: "ONCONFLICT_NOTHING" },
    inWrite: true,
  };
}

function* faultsOfBoolean(fields: Tree, path: Path): Generator<Change> {
  const args = Array.isArray(fields.args) ? fields.args : [];
  if (fields.boolop === "NOT_EXPR") {
    const node = textOf({ BoolExpr: fields });
    yield {
      kind: "drop-not",
      describe: `drop \`not\` of \`${node}\``,
      node,
      at: path.slice(0, -1),
      value: args[0],
    };
    return;
  }
  const [word, other] = fields.boolop === "AND_EXPR" ? ["and", "OR_EXPR"] : ["or", "AND_EXPR"];
  for (const [index, arg] of args.entries()) {
    const node = textOf(arg);
    const rest = args.filter((_, n) => n !== index);
    yield {
      kind: "drop-condition",
      describe: `drop \`${word} ${node}\``,
      node,
      ...(rest.length === 1
        ? { at: path.slice(0, -1), value: rest[0] }
        : { at: [...path, "args"], value: rest }),
    };
  }
  const node = textOf({ BoolExpr: fields });
  yield {
    kind: "turn-and-or",
    describe: `turn \`${word}\` into \`${word === "and" ? "or" : "and"}\` in \`${node}\``,
    node,
    at: [...path, "boolop"],
    value: other,
  };
}

function isInWrite(tree: Tree, path: Path): boolean {
  return path.some((key, index) =>
    (key === "whereClause" && ["UpdateStmt", "DeleteStmt"].includes(String(path[index - 1]))) ||
    key === "onConflictClause"
  ) && at(tree, path) !== undefined;
}

function isType(node: unknown, type: string): boolean {
  return typeof node === "object" && node !== null && type in node;
}

function wrap({ type, fields }: Found): Tree {
  return { [type]: fields };
}
