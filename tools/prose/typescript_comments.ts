import { parse } from "@babel/parser";

/** The text of a comment, as Markdown, and where it begins. */
export interface Comment {
  readonly text: string;
  readonly line: number;
}

/**
 * The comments of a TypeScript file. Lines of `//` below each other are one; of JSDoc each tag is one. Left out are
 * directives to a tool.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { typescriptComments } from "./typescript_comments.ts";
 *
 * assert.deepEqual(typescriptComments("// A\n// b.\nconst a = '// c';\n/**\n * D.\n * @returns e\n *\/"), [
 *   { text: "A\nb.", line: 1 },
 *   { text: "\nD.", line: 4 },
 *   { text: "e", line: 6 },
 * ]);
 * ```
 */
export function typescriptComments(source: string, jsx = false): Comment[] {
  const { comments } = parse(source, {
    sourceType: "module",
    attachComment: false,
    plugins: ["typescript", "decorators", ...(jsx ? ["jsx" as const] : [])],
  });
  const found: { text: string; line: number; last: number; column: number }[] = [];
  for (const { type, value, loc } of comments ?? []) {
    const { line, column } = loc?.start ?? { line: 0, column: 0 };
    if (type === "CommentBlock") {
      for (const part of tagsOf(value, line)) found.push({ ...part, last: 0, column });
    } else if (!/^\/|^ ?(?:deno-|@ts-)/.test(value)) {
      const text = value.replace(/^ /, "");
      const above = found.at(-1);
      if (above?.last === line - 1 && above.column === column) {
        above.text += `\n${text}`;
        above.last = line;
      } else found.push({ text, line, last: line, column });
    }
  }
  return found.map(({ text, line }) => ({ text, line }));
}

function tagsOf(block: string, line: number): Comment[] {
  const parts: { text: string; line: number }[] = [];
  block.trimEnd().split("\n").forEach((row, n) => {
    const text = row.replace(/^\s*\*+ ?/, "").replace(/\{@link(?:code)? ([^}]+)\}/g, "`$1`");
    const [, rest] = /^@\w+ ?(.*)$/.exec(text) ?? [];
    const part = parts.at(-1);
    if (part === undefined || rest !== undefined) parts.push({ text: rest ?? text, line: line + n });
    else part.text += `\n${text}`;
  });
  return parts;
}
