import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { raceTest } from "../support/race.ts";
import { startDueRuns, startWaitingSlots } from "./stage.ts";

const LIMIT = 5;

/** Twice as many integrations as may be active at once, each of an organisation of its own. */
async function prepare(sql: Sql): Promise<string[]> {
  await sql`update sync_scheduler.settings set function_url = 'http://127.0.0.1:9/', max_active_per_type = ${LIMIT}`;
  const rows = await sql<{ id: string }[]>`
    with org as (
      insert into public.organizations (name) select 'Org ' || n from generate_series(1, ${
    2 * LIMIT
  }::int) n returning id)
    insert into public.sync_integrations (org_id, integration_type, schedule) select id, 'webhook', '@yearly' from org
    returning id`;
  return rows.map(({ id }) => id);
}
/** Gives these integrations something that the step starts. */
const prepareFor = (step: Step, sql: Sql, ids: string[]) =>
  step === startDueRuns
    ? sql`update public.sync_integrations set next_run_at = now() - interval '1 minute', next_tick_at = now()
        where id = any (${ids})`
    : sql`insert into sync_scheduler.waiting_slots (integration_id, scheduled_for, triggered_by)
        select id, now() - interval '1 minute', 'schedule' from unnest(${ids}::uuid[]) id`;

type Step = typeof startDueRuns;
const cases = [
  { name: "two ticks", first: startDueRuns, second: startDueRuns },
  { name: "a tick and another one's waiting slots", first: startDueRuns, second: startWaitingSlots },
  { name: "the waiting slots of two ticks", first: startWaitingSlots, second: startWaitingSlots },
];
for (const { name, first, second } of cases) {
  raceTest(`${name} start together no more runs than the limit allows`, async ({ sql, session }) => {
    const ids = await prepare(sql);
    await prepareFor(first, sql, ids.slice(0, LIMIT));
    const [one, other] = [await session(), await session()];
    await one.stopsAfter(first);
    // Not before: the first one would have looked at these, and would hold them.
    await prepareFor(second, sql, ids.slice(LIMIT));
    const started = await other.runs(second);
    await one.goesOn();
    await started.answer;
    const active = await sql`select from public.sync_run_log where status = 'pending'`;
    assert.equal(active.length, LIMIT);
  });
}
