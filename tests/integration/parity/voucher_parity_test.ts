import assert from "node:assert/strict";
import fc from "fast-check";
import { isAmount } from "../../../supabase/functions/integration-sync/vouchers/decimal.ts";
import { exportedFields } from "../../../supabase/functions/integration-sync/vouchers/exported_fields.ts";
import { entryRules } from "../../../supabase/functions/integration-sync/connectors/entry_rules.ts";
import { ignoredFields } from "../../../supabase/functions/integration-sync/connectors/ignored_fields.ts";
import { voucherFault } from "../../../supabase/functions/integration-sync/vouchers/voucher_fault.ts";
import * as z from "zod/mini";
import { usePlatform } from "../../support/platform.ts";
import { amountTexts, type Judged, judgedEntries } from "./arbitrary_entry.ts";

/** Override with PARITY_SEED and PARITY_CASES, for example to look for differences overnight. */
const seed = Number(Deno.env.get("PARITY_SEED") ?? 20261129);
const numRuns = Number(Deno.env.get("PARITY_CASES") ?? 10_000);
const configSchema = z.object({
  ...entryRules,
  ignored_fields: ignoredFields,
  payloads: z._default(z.enum(["vouchers", "free"]), "vouchers"),
});

/** As the payload comes back from the database. */
function stored(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value) ?? "null");
}

function faultInTypeScript({ type, config, ...content }: Judged): readonly (string | null)[] {
  const exported = type === "webhook" ? null : exportedFields[type];
  const fault = voucherFault({ ...configSchema.parse(config), exported }, content);
  return fault === null ? [null, null] : [fault.field, fault.reason];
}

Deno.test(`SQL and TypeScript agree about ${numRuns} texts: which is an amount (seed ${seed})`, async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  const texts = fc.sample(amountTexts(), { seed, numRuns });
  const [row] = await database.sql<{ answers: boolean[] }[]>`
    select array_agg(sync_scheduler.amount_fault(t.value) is null order by t.place) as answers
    from jsonb_array_elements(${JSON.stringify(texts)}::text::jsonb) with ordinality t (value, place)`;
  const differ = texts.filter((text, index) => row?.answers[index] !== isAmount(text));
  assert.equal(row?.answers.length, numRuns);
  assert.deepEqual(differ, []);
  const amounts = texts.filter(isAmount).length;
  // Both kinds are there in numbers.
  assert.ok(amounts > numRuns / 5 && amounts < numRuns * 4 / 5, `${amounts} of ${numRuns} are amounts`);
});

Deno.test(`SQL and TypeScript give the same first fault of ${numRuns} entries (seed ${seed})`, async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  const entries = fc.sample(judgedEntries(), { seed, numRuns }).map((entry) => ({
    ...entry,
    payload: stored(entry.payload),
  }));
  const counts = new Map<string, number>();
  for (let start = 0; start < entries.length; start += 1000) {
    const some = entries.slice(start, start + 1000);
    const rows = await database.sql<{ field: string | null; reason: string | null }[]>`
      select f.fault[1] as field, f.fault[2] as reason
      from jsonb_array_elements(${JSON.stringify(some)}::text::jsonb) with ordinality e (entry, place)
      cross join lateral sync_scheduler.entry_fault(
        jsonb_populate_record(null::sync_scheduler.entry_rules, entry -> 'config'
          || jsonb_build_object('exported', sync_scheduler.exported_fields() -> (entry ->> 'type'))),
        'key', entry ->> 'period', entry ->> 'document_number', entry -> 'payload', 1048576) f (fault)
      order by e.place`;
    assert.equal(rows.length, some.length);
    for (const [index, entry] of some.entries()) {
      const inSql = [rows[index]?.field ?? null, rows[index]?.reason ?? null];
      assert.deepEqual(inSql, faultInTypeScript(entry), JSON.stringify(entry));
      const kind = inSql[1]?.replace(/\d+/g, "#").replace(/^(Line #:|The voucher's) \S+/, "$1 …") ?? "sound";
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
    }
  }
  console.log(
    `parity: seed ${seed}, ${numRuns} entries, no difference; ${
      [...counts].sort(([, a], [, b]) => b - a).map(([kind, count]) => `${kind} ${count}`).join("; ")
    }`,
  );
  assert.ok((counts.get("sound") ?? 0) > numRuns / 20, "some are sound");
});
