import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { raceTest } from "../../../support/databases/race.ts";
import { makeDue, makeIntegrations, startDueRuns, startQueuedSlots } from "../stage.ts";

const LIMIT = 5;

/** Gives these integrations something that the step starts. */
const prepareFor = (step: Step, sql: Sql, ids: string[]) =>
  step === startDueRuns
    ? makeDue(sql, ids)
    : sql`insert into sync_scheduler.queued_slots (integration_id, scheduled_for, triggered_by)
        select id, now() - interval '1 minute', 'schedule' from unnest(${ids}::uuid[]) id`;

type Step = typeof startDueRuns;
const cases = [
  { name: "two ticks", first: startDueRuns, second: startDueRuns },
  { name: "a tick and another one's queued slots", first: startDueRuns, second: startQueuedSlots },
  { name: "the queued slots of two ticks", first: startQueuedSlots, second: startQueuedSlots },
];
for (const { name, first, second } of cases) {
  raceTest(`${name} start together only as many runs as the limit allows`, async ({ sql, session }) => {
    // Each of an organisation of its own.
    const ids = await makeIntegrations(sql, 2 * LIMIT);
    await sql`update sync_scheduler.settings set max_active_per_type = ${LIMIT}`;
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
