/** A statement that names entries by their ids must not let a plan take a partial index, which is of all tenants. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { readSchemaFiles } from "../../../cli/bundle/schema_files.ts";
import { root } from "../../../tools/run_deno.ts";

const files = await readSchemaFiles(join(root, "supabase/schemas"));
/** Their indexes hold only what runs have on their way or pass over, and such a statement looks for just that. */
const SMALL = ["state in ('sending', 'unknown')", "refused_run_id is not null"];
/** What the rows of each other partial index of the entries have in common. */
const CONDITIONS = files.flatMap((
  { sql },
) => [
  ...sql.matchAll(
    /^create (?:unique )?index \w+ on public\.sync_export_entries \([^)]+\)\s+where ([^;]+);/gm,
  ),
]).map(([, condition = ""]) => condition).filter((condition) => !SMALL.includes(condition));

/** Statements that name entries by their ids and have the condition of a partial index. */
function idsWithPartialIndex(sql: string): string[] {
  const code = sql.replaceAll(/--.*$/gm, "");
  return [...code.matchAll(/\b(\w+)\.(?:entry_id|batch_id) = (?:any\s*\(|\w)/g)].flatMap(
    ({ index, 1: alias }) => {
      const end = code.slice(index).search(/;|\n\s*\)|\breturning\b|\bunion\b|\blimit\b|\bgroup by\b/);
      const statement = code.slice(index, index + (end < 0 ? 400 : end));
      // With the integration, the index holds the tenant's own alone.
      if (/integration_id/.test(statement)) return [];
      return CONDITIONS.some((condition) => statement.includes(`and ${alias}.${condition}`))
        ? [statement]
        : [];
    },
  );
}

Deno.test("entries that are named by their ids are not sought in a partial index of all tenants", () => {
  assert.ok(CONDITIONS.length >= 4, CONDITIONS.join(", "));
  for (const condition of CONDITIONS) {
    assert.equal(
      idsWithPartialIndex(`where e.entry_id = any (chosen) and e.${condition};`).length,
      1,
      condition,
    );
    assert.equal(idsWithPartialIndex(`where e.batch_id = b and e.${condition};`).length, 1, condition);
  }
  assert.deepEqual(idsWithPartialIndex("where e.entry_id = any (chosen) and e.state::text = 'pending';"), []);
  for (const { path, sql } of files) assert.deepEqual(idsWithPartialIndex(sql), [], path);
});
