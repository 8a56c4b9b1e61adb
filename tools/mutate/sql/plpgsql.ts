import { loadModule, parsePlPgSQLSync, scanSync } from "libpg-query";

await loadModule();

/** A statement or an expression in the body of a plpgsql function. Positions are those of the body. */
export interface Part {
  /** The plpgsql statement that it belongs to: `PLpgSQL_stmt_perform`; `declaration` of a default. */
  readonly statement: string;
  /** `expression`: its value. `assign1` and so on: `target := value`. `default`: a whole SQL statement. */
  readonly mode: "statement" | "expression" | "assignment" | "perform";
  /** As the parser read it: without `into ...`. */
  readonly query: string;
  readonly begin: number;
  readonly end: number;
  /** The `into ...` of a statement, with its words. */
  readonly into: string;
  /** The condition of an `if` whose branch starts with a call or a return: what that statement says. */
  readonly guarded: string | null;
}

type Json = Record<string, unknown>;

/** Finds the statements and expressions of the function that `createFunction` creates; `parameters` are all names. */
export function partsOf(createFunction: string, body: string, parameters: readonly string[]): Part[] {
  const root = parseFunction(createFunction, body, parameters);
  const lines = [0];
  for (let index = body.indexOf("\n"); index >= 0; index = body.indexOf("\n", index + 1)) {
    lines.push(index + 1);
  }
  const parts: Part[] = [];
  let cursor = 0;
  for (const sought of expressionsOf(root)) {
    const { statement, line, expression, isPerform, guarded } = sought;
    const from = Math.max(cursor, lines[line - 1] ?? 0);
    const span = find(body, sought, from);
    if (span === null) continue;
    const mode = isPerform
      ? "perform"
      : expression.parseMode === 0
      ? "statement"
      : expression.parseMode === 2
      ? "expression"
      : "assignment";
    parts.push({ statement, mode, query: expression.query, ...span, guarded });
    cursor = span.end;
  }
  return parts;
}

/**
 * Parses a function. The parser has no catalog and takes every unknown type for a record. A function that it refuses
 * for this is parsed again with types that it knows.
 */
function parseFunction(createFunction: string, body: string, parameters: readonly string[]): unknown {
  const forms = [
    createFunction,
    plainFunction(body, parameters),
    plainFunction(withPlainTypes(body), parameters),
  ];
  for (const [index, form] of forms.entries()) {
    try {
      return parsePlPgSQLSync(form);
    } catch (error) {
      if (index === forms.length - 1) throw error;
    }
  }
}

function plainFunction(body: string, parameters: readonly string[]): string {
  const returns = /\breturn (query|next)\b/i.test(body) ? "setof text" : "text";
  const plain = parameters.map((name) => `"${name}" text`).join(", ");
  return `create function f(${plain}) returns ${returns} language plpgsql as $mutate$${body}$mutate$`;
}

/** The body with `text` instead of each qualified type of its declarations, and every position as it was. */
function withPlainTypes(body: string): string {
  const { tokens } = scanSync(body);
  const begin = tokens.findIndex(({ text }) => text.toLowerCase() === "begin");
  const bytes = new TextEncoder().encode(body);
  for (const [index, { start, text }] of tokens.slice(0, begin).entries()) {
    const last = tokens[index + 2];
    if (tokens[index + 1]?.text !== "." || last === undefined || text.length + last.text.length < 4) continue;
    bytes.fill(0x20, start, last.end).set(new TextEncoder().encode("text"), start);
  }
  return new TextDecoder().decode(bytes);
}

interface Expression {
  readonly statement: string;
  readonly line: number;
  readonly expression: { readonly query: string; readonly parseMode: number };
  readonly isPerform: boolean;
  readonly hasInto: boolean;
  readonly guarded: string | null;
}

function* expressionsOf(
  value: unknown,
  statement = "declaration",
  line = 1,
  hasInto = false,
): Generator<Expression> {
  if (Array.isArray(value)) {
    for (const member of value) yield* expressionsOf(member, statement, line, hasInto);
  } else if (typeof value === "object" && value !== null) {
    for (const [key, member] of Object.entries(value as Json)) {
      if (key === "PLpgSQL_expr") {
        const { query, parseMode = 0 } = member as { query: string; parseMode?: number };
        const isPerform = statement === "PLpgSQL_stmt_perform";
        yield { statement, line, expression: { query, parseMode }, isPerform, hasInto, guarded: null };
      } else if (key === "PLpgSQL_stmt_if" || key === "PLpgSQL_if_elsif") {
        const branch = member as Json;
        const { cond, then_body: then = branch.stmts, lineno, ...rest } = branch;
        const at = Number(lineno ?? line);
        for (const found of expressionsOf(cond, key, at)) yield { ...found, guarded: firstOf(then) };
        yield* expressionsOf(then, key, at);
        delete rest.stmts;
        yield* expressionsOf(rest, key, at);
      } else {
        const own = /^PLpgSQL_stmt_/.test(key) ? key : statement;
        const at = typeof member === "object" && member !== null && "lineno" in member
          ? Number((member as Json).lineno)
          : line;
        const into = own === "PLpgSQL_stmt_execsql" &&
          (hasInto || (typeof member === "object" && member !== null && "into" in member));
        yield* expressionsOf(member, own, at, into);
      }
    }
  }
}

/** What the first statement of a branch says: the query of a `perform`, or `return`, or nothing of others. */
function firstOf(branch: unknown): string | null {
  const first = (Array.isArray(branch) ? branch[0] : undefined) as Json | undefined;
  if (first === undefined) return null;
  const [type = "", fields] = Object.entries(first)[0] ?? [];
  if (type === "PLpgSQL_stmt_return") return "return";
  if (type === "PLpgSQL_stmt_raise") return "raise";
  if (type !== "PLpgSQL_stmt_perform") return null;
  return ((fields as Json).expr as { PLpgSQL_expr: { query: string } }).PLpgSQL_expr.query;
}

/** Finds a query in a body. Of a statement with `into`, the parser has put spaces in its place. */
function find(body: string, sought: Expression, from: number): Span | null {
  const { query } = sought.expression;
  // The parser writes `perform` as `SELECT`.
  const text = sought.isPerform ? query.slice("SELECT".length) : query;
  for (let begin = from; begin + text.length <= body.length; begin++) {
    if (!isWordStart(body, begin) && !sought.isPerform) continue;
    if (sought.isPerform && body.slice(begin - PERFORM.length, begin).toLowerCase() !== PERFORM) continue;
    const end = begin + text.length;
    if (body.startsWith(text, begin)) {
      // An `into` at the end has left no spaces, because the parser trims them.
      const rest = sought.hasInto ? scanInto(body, end) : null;
      return { begin: sought.isPerform ? begin - PERFORM.length : begin, end, into: "", ...rest };
    }
    const into = sought.hasInto ? hiddenInto(body, text, begin) : null;
    if (into !== null) return { begin, end, into };
  }
  return null;
}

const PERFORM = "perform";

interface Span {
  readonly begin: number;
  readonly end: number;
  readonly into: string;
}

function isWordStart(body: string, at: number): boolean {
  return !/\w/.test(body[at] ?? "") || !/\w/.test(body[at - 1] ?? " ");
}

function hiddenInto(body: string, query: string, begin: number): string | null {
  let [first, last] = [-1, -1];
  for (let index = 0; index < query.length; index++) {
    if (query[index] === body[begin + index]) continue;
    if (query[index] !== " ") return null;
    if (first < 0) first = index;
    last = index;
  }
  const into = body.slice(begin + first, begin + last + 1);
  return first >= 0 && /^into\s/i.test(into) ? into : null;
}

/** The `into ...` that follows a query up to its semicolon. */
function scanInto(body: string, from: number): { end: number; into: string } | null {
  const end = body.indexOf(";", from);
  const rest = end < 0 ? "" : body.slice(from, end);
  if (!rest.trim().toLowerCase().startsWith("into ")) return null;
  return { end, into: rest.trim() };
}

/** Splits `target := value`; null when there is no such sign. */
export function splitAssignment(query: string): { target: string; value: string } | null {
  const sign = scanSync(query).tokens.find(({ text }) => text === ":=" || text === "=");
  if (sign === undefined) return null;
  const bytes = new TextEncoder().encode(query);
  const decode = (begin: number, end?: number) => new TextDecoder().decode(bytes.subarray(begin, end));
  return { target: decode(0, sign.start).trim(), value: decode(sign.end).trim() };
}
