import assert from "node:assert/strict";
import { join } from "node:path";
import { readSchemaFiles } from "../../../cli/bundle/schema_files.ts";
import { root } from "../../../tools/run_deno.ts";

/** The text between the parenthesis at `open` and the one that closes it. */
function enclosed(sql: string, open: number): string {
  let depth = 0;
  for (let at = open; at < sql.length; at++) {
    if (sql[at] === "(") depth++;
    if (sql[at] === ")" && --depth === 0) return sql.slice(open + 1, at);
  }
  throw new Error("a parenthesis is not closed");
}

/** Subqueries of `in (...)` with a limit: a plan may run them once for each outer row, and the limit with them. */
function limitedSubqueries(sql: string): string[] {
  const code = sql.replaceAll(/--.*$/gm, "").replaceAll(/'(?:[^']|'')*'/g, "''");
  return [...code.matchAll(/\bin\s*\((?=\s*select\b)/g)]
    .map((match) => enclosed(code, match.index + match[0].length - 1))
    .filter((subquery) => /\blimit\b/.test(subquery));
}

Deno.test("a subquery with a limit is found behind `in` and nowhere else", () => {
  const bad = "delete from t where id in (\n  select o.id from t o where (o.n) in (1) limit 5 for update)";
  assert.equal(limitedSubqueries(bad).length, 1);
  assert.deepEqual(limitedSubqueries("where id = any (array(select id from t limit 5))"), []);
  assert.deepEqual(limitedSubqueries("-- in (select 1 limit 1)\nwhere id in (select id from t) limit 5"), []);
});

Deno.test("no limit of the bundle is in a subquery that a plan may run more than once", async () => {
  for (const { path, sql } of await readSchemaFiles(join(root, "supabase/schemas"))) {
    assert.deepEqual(limitedSubqueries(sql), [], `${path}: use = any (array(select ... limit ...))`);
  }
});
