import { type SqlToken, sqlTokens } from "../sql_tokens.ts";
import type { Comment } from "./typescript_comments.ts";

/**
 * The comments of SQL: lines of `--` below each other are one, and each text of a `comment on` is one.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { sqlComments } from "./sql_comments.ts";
 *
 * const sql = "-- A\n-- b.\ndo $$\nbegin -- c\nend $$;\ncomment on table t is '-- It''s '\n  'd';\n" +
 *   "comment on view v is\n$$E's.$$;\n";
 * assert.deepEqual(sqlComments(sql), [
 *   { text: "A\nb.", line: 1 },
 *   { text: "c", line: 4 },
 *   { text: "-- It's \nd", line: 6 },
 *   { text: "E's.", line: 9 },
 * ]);
 * ```
 */
export function sqlComments(sql: string): Comment[] {
  const tokens = sqlTokens(sql);
  const found: Comment[] = [];
  let last: SqlToken | undefined;
  tokens.forEach((token, n) => {
    const { text, line, tokenName } = token;
    const above = found.at(-1);
    if (tokenName === "SQL_COMMENT") {
      const own = text.replace(/^-- ?/, "");
      if (above !== undefined && last?.line === line - 1 && last === tokens[n - 1]) {
        found[found.length - 1] = { ...above, text: `${above.text}\n${own}` };
      } else found.push({ text: own, line });
      // What follows a comment behind code is another one.
      last = tokens[n - 1]?.line === line ? undefined : token;
    } else if (tokenName === "C_COMMENT") {
      found.push({ text: text.replace(/^\/\*+|\*+\/$/g, "").replace(/^\s*\* ?/gm, ""), line });
    } else if (tokenName === "SCONST" && tokens[n - 1]?.text === "is" && isComment(tokens, n)) {
      // Literals on lines below each other are one.
      const whole = text.startsWith("$")
        ? text.replace(/^\$\w*\$|\$\w*\$$/g, "")
        : text.slice(1, -1).replace(/'\s*?\n\s*'/g, "\n").replaceAll("''", "'");
      found.push({ text: whole, line });
    }
  });
  return found;
}

/** Whether the statement of a token is a `comment on`. */
function isComment(tokens: readonly SqlToken[], n: number): boolean {
  const begin = tokens.findLastIndex(({ text }, i) => i < n && text === ";") + 1;
  const words = tokens.slice(begin, n).filter(({ text }) => !/^(--|\/\*)/.test(text));
  return words[0]?.text === "comment" && words[1]?.text === "on";
}
