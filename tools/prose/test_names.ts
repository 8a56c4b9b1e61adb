import { sqlTokens } from "../sql_tokens.ts";
import type { Comment } from "./typescript_comments.ts";

const NAME = /\b(?:test|step|\w+Test|embeddedOnly)\(\s*(?:\{\s*name: )?(["`])([^]*?)\1/g;

/**
 * The names of a file's tests as headings: of the file, and of each test in it. A pgTAP test is named by the last text
 * of an assertion.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { testNames } from "./test_names.ts";
 *
 * const names = (path: string, text: string) => testNames(path, text).map(({ line, text }) => `${line} ${text}`);
 * assert.deepEqual(names("a_b_test.ts", '\nDeno.test("c d", f);'), ["1 # a b test.ts", "2 # c d"]);
 * assert.deepEqual(names("a.test.sql", "select is(b, 'c', 'd e');"), ["1 # a.test.sql", "1 # 'd e'"]);
 * assert.deepEqual(names("a.ts", 'test("b")'), []);
 * ```
 */
export function testNames(path: string, text: string): Comment[] {
  if (!/_test\.tsx?$|\.test\.sql$/.test(path)) return [];
  const names = path.endsWith("sql")
    ? sqlTokens(text).filter(({ text }, n, all) =>
      /^'\w[^]*\s/.test(text) && all[n - 1]?.text === "," && all[n + 1]?.text === ")"
    )
    : [...text.matchAll(NAME)].map(({ index, 2: name = "" }) => ({
      text: name,
      line: text.slice(0, index).split("\n").length,
    }));
  return [{ text: path.replaceAll("_", " "), line: 1 }, ...names]
    .map(({ text, line }) => ({ text: `# ${text.replaceAll("\n", " ")}`, line }));
}
