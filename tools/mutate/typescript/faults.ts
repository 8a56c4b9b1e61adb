import ts from "typescript";

/** A small fault: what is written in place of a part of a file. */
export interface Fault {
  readonly kind: string;
  /** The part that is replaced, for the fault's place and its description. */
  readonly node: ts.Node;
  readonly begin: number;
  readonly end: number;
  readonly replacement: string;
}

/** Comparisons, and what each is turned into: the other side of its boundary, or the opposite. */
const TURNED: Readonly<Partial<Record<ts.SyntaxKind, string>>> = {
  [ts.SyntaxKind.LessThanToken]: "<=",
  [ts.SyntaxKind.LessThanEqualsToken]: "<",
  [ts.SyntaxKind.GreaterThanToken]: ">=",
  [ts.SyntaxKind.GreaterThanEqualsToken]: ">",
  [ts.SyntaxKind.EqualsEqualsEqualsToken]: "!==",
  [ts.SyntaxKind.ExclamationEqualsEqualsToken]: "===",
};

const OTHER_ARITHMETIC: Readonly<Partial<Record<ts.SyntaxKind, string>>> = {
  [ts.SyntaxKind.MinusToken]: "+",
  [ts.SyntaxKind.AsteriskToken]: "/",
  [ts.SyntaxKind.SlashToken]: "*",
};

/** Words that decide what becomes of an entry, a run or a request, and a word that decides otherwise. */
const OTHER_WORD: ReadonlyMap<string, string> = new Map(Object.entries({
  pending: "unknown",
  unknown: "pending",
  exported: "unknown",
  rejected: "pending",
  ambiguous: "transient",
  transient: "permanent",
  permanent: "transient",
  rate_limited: "transient",
  cancelled: "continued",
  continued: "succeeded",
  paused: "continued",
  manual: "follow",
  failed: "refused",
  refused: "failed",
}));

const OTHER_METHOD: ReadonlyMap<string, string> = new Map(Object.entries({
  "Math.min": "Math.max",
  "Math.max": "Math.min",
  some: "every",
  every: "some",
}));

/** Arguments that a call may go without. */
const LIMIT = /signal|delay|limit|timeout|abort|deadline|longest|longer|\bover\b/i;
/** Options that only say something. */
const WORDS = /^(error|message|details|description|words)$/;
/** What goes into a log or a text decides nothing. */
const TEXT = /^(.*\.)?(log|failure|describeTrouble)$|Error$|Fault$/;

/** Every fault that can be put into one node itself, not into its children. */
export function* faultsOf(node: ts.Node, source: ts.SourceFile): Generator<Fault> {
  const of = (part: ts.Node) => part.getText(source);
  const fault = (kind: string, replacement: string, part = node): Fault => ({
    kind,
    node: part,
    begin: part.getStart(source),
    end: part.getEnd(),
    replacement,
  });

  if (ts.isIfStatement(node)) {
    yield fault("negate-condition", `!(${of(node.expression)})`, node.expression);
    if (node.elseStatement === undefined && isExit(node.thenStatement)) yield fault("drop-guard", ";");
  }
  if (ts.isConditionalExpression(node)) {
    yield fault("negate-condition", `!(${of(node.condition)})`, node.condition);
  }
  if (ts.isBinaryExpression(node)) yield* faultsOfOperation(node, of, fault);
  if (ts.isExpressionStatement(node) && hasEffect(node.expression, of)) yield fault("drop-statement", ";");
  if (ts.isThrowStatement(node) || ts.isContinueStatement(node)) yield fault("drop-statement", ";");
  if (ts.isReturnStatement(node) && node.expression === undefined) yield fault("drop-statement", ";");
  if (ts.isNumericLiteral(node)) yield fault("change-number", otherNumber(node));
  if (node.kind === ts.SyntaxKind.TrueKeyword) yield fault("flip-boolean", "false");
  if (node.kind === ts.SyntaxKind.FalseKeyword) yield fault("flip-boolean", "true");
  if (ts.isStringLiteral(node)) {
    const other = OTHER_WORD.get(node.text);
    if (other !== undefined) yield fault("change-word", JSON.stringify(other));
  }
  if (ts.isCatchClause(node) && node.block.statements.length > 0) {
    yield fault("empty-catch", "{}", node.block);
  }
  if (ts.isTryStatement(node) && node.finallyBlock !== undefined) {
    yield fault("empty-finally", "{}", node.finallyBlock);
  }
  if (ts.isCallExpression(node)) yield* faultsOfCall(node, of, fault);
  if (ts.isNewExpression(node)) yield* faultsOfOptions(node.arguments, fault);
}

type Make = (kind: string, replacement: string, part?: ts.Node) => Fault;

function* faultsOfOperation(
  node: ts.BinaryExpression,
  of: (part: ts.Node) => string,
  fault: Make,
): Generator<Fault> {
  const { left, right, operatorToken: { kind } } = node;
  if (kind === ts.SyntaxKind.AmpersandAmpersandToken || kind === ts.SyntaxKind.BarBarToken) {
    yield fault("drop-operand", of(right));
    yield fault("drop-operand", of(left));
    const other = kind === ts.SyntaxKind.BarBarToken ? "&&" : "||";
    yield fault("swap-and-or", `((${of(left)}) ${other} (${of(right)}))`);
  }
  if (kind === ts.SyntaxKind.QuestionQuestionToken && right.kind !== ts.SyntaxKind.NullKeyword) {
    yield fault("drop-default", of(left));
  }
  const turned = TURNED[kind];
  if (turned !== undefined) yield fault("turn-comparison", `${of(left)} ${turned} ${of(right)}`);
  const arithmetic = OTHER_ARITHMETIC[kind];
  if (arithmetic !== undefined) yield fault("turn-arithmetic", `${of(left)} ${arithmetic} ${of(right)}`);
}

function* faultsOfCall(
  node: ts.CallExpression,
  of: (part: ts.Node) => string,
  fault: Make,
): Generator<Fault> {
  const { expression, arguments: args } = node;
  const last = args.at(-1);
  const before = args.at(-2);
  if (last !== undefined && before !== undefined && LIMIT.test(of(last)) && !isFunction(last)) {
    yield { ...fault("drop-argument", "", last), begin: before.getEnd(), end: last.getEnd() };
  }
  yield* faultsOfOptions(args, fault);
  const method = ts.isPropertyAccessExpression(expression) ? expression.name.text : "";
  const other = OTHER_METHOD.get(of(expression)) ?? OTHER_METHOD.get(method);
  if (other?.startsWith("Math")) yield fault("swap-bound", other, expression);
  else if (other !== undefined && ts.isPropertyAccessExpression(expression)) {
    yield fault("some-or-every", other, expression.name);
  }
  if (method === "filter" && ts.isPropertyAccessExpression(expression)) {
    yield {
      ...fault("drop-filter", ""),
      begin: expression.expression.getEnd(),
      end: node.getEnd(),
    };
  }
}

/** What is left out of an object that is handed over. */
function* faultsOfOptions(args: readonly ts.Expression[] | undefined, fault: Make): Generator<Fault> {
  for (const argument of args ?? []) {
    if (!ts.isObjectLiteralExpression(argument)) continue;
    for (const property of argument.properties) {
      if (WORDS.test(property.name?.getText() ?? "")) continue;
      // An empty spread keeps the commas right.
      yield fault("drop-option", "...{}", property);
    }
  }
}

/** Whether a fault in here could decide nothing: types, and what goes into a log or a message. */
export function isPassedOver(node: ts.Node): boolean {
  if (ts.isTypeNode(node) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) return true;
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return true;
  if (ts.isCallExpression(node) || ts.isNewExpression(node)) return TEXT.test(node.expression.getText());
  return false;
}

function hasEffect(expression: ts.Expression, of: (part: ts.Node) => string): boolean {
  if (ts.isAwaitExpression(expression) || ts.isVoidExpression(expression)) {
    return hasEffect(expression.expression, of);
  }
  if (ts.isCallExpression(expression)) {
    return expression.expression.kind !== ts.SyntaxKind.SuperKeyword && !TEXT.test(of(expression.expression));
  }
  return ts.isBinaryExpression(expression) || ts.isPostfixUnaryExpression(expression) ||
    ts.isPrefixUnaryExpression(expression) || ts.isDeleteExpression(expression);
}

function isExit(statement: ts.Statement): boolean {
  const last = ts.isBlock(statement) ? statement.statements.at(-1) : statement;
  return last !== undefined && (ts.isReturnStatement(last) || ts.isThrowStatement(last) ||
    ts.isContinueStatement(last) || ts.isBreakStatement(last));
}

function isFunction(node: ts.Node): boolean {
  return ts.isArrowFunction(node) || ts.isFunctionExpression(node);
}

/** Ten times as much: a limit that is off by one matters less than one that limits nothing. */
function otherNumber({ text }: ts.NumericLiteral): string {
  const number = Number(text);
  return String(number < 2 ? number + 1 : number * 10);
}
