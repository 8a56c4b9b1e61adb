/** Two integrations whose configuration names one journal: a mistake, which must not book anything twice or by half. */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { ConnectorContext } from "../../../../supabase/functions/integration-sync/connectors/connector.ts";
import type { Entry } from "../../../../supabase/functions/integration-sync/vouchers/entries.ts";
import { exportBatch } from "../../../../supabase/functions/integration-sync/jobs/export_batch.ts";
import { JumpClock } from "../../../support/jump_clock.ts";
import { type BusinessCentralTest, expense, integrationId, startBusinessCentralTest } from "./tenant.ts";

const MOST_ATTEMPTS = 12;

/** Exports a batch in attempts that may find each other's lines; yields before every request as drawn. */
async function exportInAttempts(
  test: BusinessCentralTest,
  id: string,
  entries: readonly Entry[],
  turns: readonly number[],
): Promise<Map<string, string>> {
  const clock = new JumpClock();
  let checkpoint: unknown = null;
  let requests = 0;
  const context: ConnectorContext = test.context({
    integration_id: id,
    clock,
    deadline: Infinity,
    checkpoint: () => checkpoint,
    saveCheckpoint: (value) => Promise.resolve(void (checkpoint = value)),
    fetch: async (input, init) => {
      for (let turn = turns[requests++ % turns.length] ?? 0; turn > 0; turn--) {
        await new Promise((resolve) => setTimeout(resolve, 0));
      }
      return await fetch(input, init);
    },
  });
  const states = new Map<string, string>();
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    const open = entries.filter(({ entry_key }) => !/exported|rejected/.test(states.get(entry_key) ?? ""));
    if (open.length === 0) break;
    const connector = test.connector.open(test.config, test.credentials);
    const batch = { batch_id: id, resend: attempt > 0, entries: open };
    const { results } = await exportBatch(connector, context, batch, (event, fields) => {
      assert.fail(`${event} ${JSON.stringify(fields)}`);
    });
    for (const { entry_key, state } of results) states.set(entry_key, state);
    clock.advance(700_000);
  }
  return states;
}

Deno.test("Business Central books nothing twice or by half when two integrations share a journal by mistake", async () => {
  const turns = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 5, maxLength: 25 });
  let number = 0;
  await using test = await startBusinessCentralTest();
  const { fake } = test;
  await fc.assert(
    fc.asyncProperty(turns, turns, async (mine, theirs) => {
      const draw = () => Array.from({ length: 3 }, () => expense(++number));
      const [first, second] = [draw(), draw()];
      const outcomes = await Promise.all([
        exportInAttempts(test, integrationId, first, mine),
        exportInAttempts(test, "00000000-0000-4000-8000-0000000000b2", second, theirs),
      ]);
      const states = new Map(outcomes.flatMap((each) => [...each]));
      const booked = Map.groupBy(fake.company.ledger, ({ documentNumber }) => documentNumber);
      for (const { entry_key, document_number } of [...first, ...second]) {
        const lines = booked.get(document_number ?? "") ?? [];
        const state = states.get(entry_key);
        assert.ok(lines.length === 0 || lines.length === 3, `${entry_key} has ${lines.length} lines`);
        if (lines.length === 0) assert.notEqual(state, "exported", entry_key);
        // What the other one has posted with its own may not be known yet; it is looked up before anything else.
        else assert.ok(state === "exported" || state === "unknown", `${entry_key} is ${state}`);
      }
      // A person sorts it out.
      fake.journal.lines = [];
    }),
    { numRuns: 12 },
  );
});
