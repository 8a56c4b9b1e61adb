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

/** Statements that name entries by their ids and a condition of a partial index: a plan may take that index, of all tenants. */
function idsWithPartialIndex(sql: string): string[] {
  const code = sql.replaceAll(/--.*$/gm, "");
  return [...code.matchAll(/\b(\w+)\.(?:entry_id|batch_id) = (?:any\s*\(|\w)/g)].flatMap(
    ({ index, 1: alias }) => {
      const end = code.slice(index).search(/;|\n\s*\)|\breturning\b|\bunion\b|\blimit\b|\bgroup by\b/);
      const condition = code.slice(index, index + (end < 0 ? 400 : end));
      // With the integration, the index holds the tenant's own alone.
      if (/integration_id/.test(condition)) return [];
      const partial = `\\band ${alias}\\.(state = '(pending|rejected)'|conflict_at is not null|undecided)`;
      return new RegExp(partial).test(condition) ? [condition] : [];
    },
  );
}

Deno.test("entries that are named by their ids are not sought in an index of all tenants' open ones", async () => {
  assert.equal(idsWithPartialIndex("where e.entry_id = any (chosen) and e.state = 'pending';").length, 1);
  assert.equal(idsWithPartialIndex("where e.batch_id = b and e.conflict_at is not null;").length, 1);
  assert.deepEqual(idsWithPartialIndex("where e.entry_id = any (chosen) and e.state::text = 'pending';"), []);
  for (const { path, sql } of await readSchemaFiles(join(root, "supabase/schemas"))) {
    assert.deepEqual(idsWithPartialIndex(sql), [], path);
  }
});
