import assert from "node:assert/strict";
import fc from "fast-check";
import { usePlatform } from "../../support/platform.ts";
import { cronCases, ZONES } from "./arbitrary.ts";
import { askSqlAtOnce, askSqlOn } from "./ask_sql.ts";
import { isEveryHour, matches, readSchedule, type Schedule } from "./reference.ts";
import { MINUTE, ZoneClock } from "./zone_clock.ts";
import { agreedZones } from "./zone_data.ts";

const seed = Number(Deno.env.get("CRON_SEED") ?? 20261123);
const numRuns = Math.ceil(Number(Deno.env.get("CRON_CASES") ?? 6000) / 20);
const TIMES = 100;

/** Whether this instant is the end of a gap that skipped a matching time. */
function endsGapOver(schedule: Schedule, clock: ZoneClock, instant: number): boolean {
  const [change] = clock.changesBetween(instant - 1, instant);
  if (change === undefined) return false;
  const shown = clock.wall(instant);
  for (let skipped = shown - change.by; skipped < shown; skipped += MINUTE) {
    if (matches(schedule, skipped)) return true;
  }
  return false;
}

Deno.test(`${numRuns} schedules walked ${TIMES} times: always onwards, always a time of the schedule (seed ${seed})`, async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  const cases = fc.sample(cronCases(await agreedZones(database.sql, ZONES)), { seed, numRuns });
  const walks = await askSqlOn(database.sql, cases, TIMES);

  for (const [place, { expression, zone, after }] of cases.entries()) {
    const schedule = readSchedule(expression);
    const clock = ZoneClock.of(zone);
    const walk = walks[place] ?? [];
    assert.equal(walk.length, TIMES);
    const seen = new Set<number>();
    let last = after;
    for (const instant of walk) {
      // Rare dates walk out of the years for which this runtime has data.
      if (instant > Date.UTC(2140, 0)) break;
      const where = `${expression} in ${zone}: ${new Date(last).toISOString()}, ${
        new Date(instant).toISOString()
      }`;
      assert.ok(instant > last, `not later: ${where}`);
      const wall = clock.wall(instant);
      assert.ok(
        matches(schedule, wall) || (!isEveryHour(schedule) && endsGapOver(schedule, clock, instant)),
        `not a time of the schedule: ${where}`,
      );
      assert.ok(isEveryHour(schedule) || !seen.has(wall), `a fixed local time twice: ${where}`);
      seen.add(wall);
      last = instant;
    }
  }
});

Deno.test(`${numRuns} schedules: ${TIMES} instants of one call are those of ${TIMES} calls (seed ${seed})`, async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  const cases = fc.sample(cronCases(await agreedZones(database.sql, ZONES)), { seed, numRuns });
  const atOnce = await askSqlAtOnce(database.sql, cases, TIMES);
  const walks = await askSqlOn(database.sql, cases, TIMES);
  for (const [place, asked] of cases.entries()) {
    assert.deepEqual(atOnce[place], walks[place], JSON.stringify(asked));
  }
});

Deno.test("the rarest dates are found in few steps", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  const [row] = await database.sql<{ furthest: string }[]>`
    select max(sync_scheduler.next_cron_occurrence('0 0 29 2 */7', 'Europe/Oslo', start) - start)::text as furthest
    from generate_series('1970-01-01'::timestamptz, '2100-01-01', '1 year') start`;
  // Far fewer steps than there are minutes, or days, in forty years: the time-out of a request is long enough for all.
  assert.match(row?.furthest ?? "", /^1\d{4} days/);
});
