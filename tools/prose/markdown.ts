import MarkdownIt, { type Token } from "markdown-it";

/** A paragraph, list item, heading or table cell. */
export interface Passage {
  /** Each piece of code is one word. */
  readonly text: string;
  /** Of its beginning; 1 is the first. */
  readonly line: number;
  /** Whether it has sentences; a heading and a cell may have none. */
  readonly flows: boolean;
}

const markdown = new MarkdownIt({ html: true });
/** Stands for a piece of code. */
export const CODE = "Code";

/**
 * The prose of Markdown: no code blocks, no HTML, no addresses of links.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { passagesOf } from "./markdown.ts";
 *
 * assert.deepEqual(passagesOf("# Head\n\nSee [`a b`](http://x.y/z).\n\n    code\n"), [
 *   { text: "Head", line: 1, flows: false },
 *   { text: "See Code.", line: 3, flows: true },
 * ]);
 * ```
 */
export function passagesOf(source: string): Passage[] {
  const passages: Passage[] = [];
  let line = 1;
  let flows = true;
  for (const { type, map, children } of markdown.parse(source, {})) {
    if (map !== null) line = map[0] + 1;
    if (type === "heading_open" || type === "table_open") flows = false;
    if (type === "heading_close" || type === "table_close") flows = true;
    const text = (children ?? []).map((part, n) => textOf(part, children?.[n - 1])).join("");
    if (text !== "") passages.push({ text, line, flows });
  }
  return passages;
}

function textOf({ type, content }: Token, before: Token | undefined): string {
  if (type === "code_inline" || before?.markup === "autolink") return CODE;
  return type === "softbreak" ? "\n" : type === "text" ? content : "";
}
