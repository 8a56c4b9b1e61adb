import { parse } from "@babel/parser";

/**
 * What a file says, without what a formatter may change: the layout, quotes, braces and parentheses that change nothing, commas
 * and semicolons at ends. Comments count, and so does every character of a string or of the body of an SQL function.
 *
 * @param path Its ending names the language.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { normalForm } from "./normal_form.ts";
 *
 * const form = (text: string) => normalForm("a.ts", text);
 * assert.equal(form('if (a) f("b");\n'), form("if (a) {\n  f(\n    'b',\n  )\n}\n"));
 * assert.notEqual(form('f("a b");'), form('f("a  b");'));
 * assert.notEqual(form("f(); // a"), form("f(); // b"));
 * ```
 */
export function normalForm(path: string, text: string): string {
  const unix = text.replaceAll("\r\n", "\n");
  return path.endsWith(".ts") ? typeScript(unix) : sql(unix);
}

function typeScript(text: string): string {
  try {
    const { program, comments } = parse(text, { sourceType: "module", plugins: ["typescript"] });
    const said = comments?.map(({ value }) => value.replace(/\s+/g, " ").trim());
    return JSON.stringify([said, program], withoutLayout);
  } catch {
    // No formatter has made this of a file of ours.
    return text;
  }
}

// The place of a node, and what is there twice.
const LAYOUT = /^(?:start|end|loc|range|extra|comments|errors|tokens|(?:leading|inner|trailing)Comments)$/;

function withoutLayout(key: string, value: unknown): unknown {
  if (LAYOUT.test(key)) return undefined;
  // Numbers and nothing else are so large.
  if (typeof value === "bigint") return String(value);
  if (!isNode(value)) return value;
  if (value.type === "TSParenthesizedType") return value["typeAnnotation"];
  if (value.type === "BlockStatement" && /^(?:consequent|alternate|body)$/.test(key)) {
    return onlyStatement(value);
  }
  // A key that needs no quotes.
  const name = value["key"];
  if (isNode(name) && name.type === "StringLiteral" && value["computed"] !== true) {
    return { ...value, key: { type: "Identifier", name: name["value"] } };
  }
  return value;
}

/** The statement of a block that has one, as if it had no braces; a declaration needs them. */
function onlyStatement(block: Node): unknown {
  const { body, directives } = block;
  const [only, ...others] = Array.isArray(body) ? body : [];
  const isOne = isNode(only) && others.length === 0 && Array.isArray(directives) && directives.length === 0;
  return isOne && !/Declaration$/.test(only.type) ? only : block;
}

interface Node extends Record<string, unknown> {
  readonly type: string;
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && typeof Reflect.get(value, "type") === "string";
}

const SQL_TOKEN = new RegExp(
  [
    "--[^\\n]*",
    "/\\*[^]*?\\*/",
    "[eE]'(?:[^'\\\\]|\\\\[^]|'')*'", // a string with escapes
    "'(?:[^']|'')*'",
    '"(?:[^"]|"")*"',
    "\\$(\\w*)\\$[^]*?\\$\\1\\$", // the body of a function
    "\\w+",
    "[^\\s\\w]",
  ].join("|"),
  "g",
);

/** One token a line, unquoted words in lower case. */
function sql(text: string): string {
  return [...text.matchAll(SQL_TOKEN)].map(([token]) => {
    if (/^(?:--|\/\*)/.test(token)) return token.replace(/\s+/g, " ").trim();
    return /^\w+$/.test(token) ? token.toLowerCase() : token;
  }).join("\n");
}
