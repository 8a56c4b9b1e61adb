import assert from "node:assert/strict";
import fc from "fast-check";
import { usePlatform } from "../../support/platform.ts";
import { type CronCase, cronCases, ZONES } from "./arbitrary.ts";
import { askSql } from "./ask_sql.ts";
import { askCroner, CRONER_DIFFERENCES } from "./croner_differences.ts";
import { nextByWatching, readSchedule } from "./reference.ts";
import { DAY, HOUR, ZoneClock } from "./zone_clock.ts";
import { agreedZones } from "./zone_data.ts";

/** Override with CRON_SEED and CRON_CASES, for example to look for differences overnight. */
const seed = Number(Deno.env.get("CRON_SEED") ?? 20261123);
const numRuns = Number(Deno.env.get("CRON_CASES") ?? 6000);

const iso = (instant: number | null) => instant === null ? "none" : new Date(instant).toISOString();
const show = ({ expression, zone, after }: CronCase) => `${expression} in ${zone} after ${iso(after)}`;

Deno.test(`SQL, brute force and croner agree on ${numRuns} generated schedules (seed ${seed})`, async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  const zones = await agreedZones(database.sql, ZONES);
  const cases = fc.sample(cronCases(zones), { seed, numRuns });
  const answers = await askSql(database.sql, cases);

  const excluded = new Map(CRONER_DIFFERENCES.map(({ name }) => [name, 0]));
  for (const [place, asked] of cases.entries()) {
    const ours = answers[place] ?? NaN;
    const watched = nextByWatching(readSchedule(asked.expression), ZoneClock.of(asked.zone), asked.after);
    const croner = askCroner(asked);
    if (ours === watched && ours === croner) continue;
    assert.equal(iso(ours), iso(watched), `SQL and brute force differ: ${show(asked)}`);
    if (ours === croner) continue;

    const reasons = CRONER_DIFFERENCES.filter((difference) => difference.applies({ ...asked, ours, croner }));
    assert.notEqual(
      reasons.length,
      0,
      `croner differs for no known reason: ${show(asked)}: ours ${iso(ours)}, croner ${iso(croner)}`,
    );
    for (const { name } of reasons) excluded.set(name, (excluded.get(name) ?? 0) + 1);
  }
  console.log(
    `cron: seed ${seed}, ${numRuns} schedules in ${zones.length} zones, no difference from brute force; croner by rule: ` +
      [...excluded].map(([name, count]) => `${name} ${count}`).join(", "),
  );
  const total = [...excluded.values()].reduce((sum, count) => sum + count);
  assert.ok(total < numRuns / 10, "croner is hardly an oracle when it differs in every tenth case");
});

Deno.test("each rule in which croner differs shows in its example, and in no other one", async (t) => {
  const platform = await usePlatform();
  await using database = platform.connect();
  const agreed = await agreedZones(database.sql, [
    ...new Set(CRONER_DIFFERENCES.map(({ example }) => example.zone)),
  ]);
  for (const { name, example } of CRONER_DIFFERENCES) {
    const ignore = !agreed.includes(example.zone);
    const reason = ignore ? ` (skipped: the time zone data of ${example.zone} differ)` : "";
    const fn = async () => {
      const asked = { ...example, after: Date.parse(example.after) };
      const [ours = NaN] = await askSql(database.sql, [asked]);
      const croner = askCroner(asked);
      assert.equal(iso(ours), iso(Date.parse(example.ours)), "ours");
      assert.equal(iso(croner), iso(Date.parse(example.croner)), "croner");
      assert.equal(
        iso(nextByWatching(readSchedule(asked.expression), ZoneClock.of(asked.zone), asked.after)),
        iso(ours),
        "brute force",
      );
      const applying = CRONER_DIFFERENCES.filter(({ applies }) => applies({ ...asked, ours, croner }));
      assert.deepEqual(applying.map((difference) => difference.name), [name]);
    };
    await t.step({ name: name + reason, ignore, fn });
  }
});

Deno.test("what the SQL takes for granted about time zones holds for all of them", () => {
  for (const zone of Intl.supportedValuesOf("timeZone")) {
    const { changes } = ZoneClock.of(zone);
    for (const [n, { at, by }] of changes.entries()) {
      assert.ok(Math.abs(by) <= DAY, `${zone} jumps by more than a day at ${iso(at)}`);
      const before = changes[n - 1]?.at ?? -Infinity;
      assert.ok(at - before > 26 * HOUR, `${zone} jumps twice within 26 hours at ${iso(at)}`);
    }
  }
});
