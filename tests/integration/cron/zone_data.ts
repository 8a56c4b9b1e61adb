/**
 * The database and this runtime each bring time zone data of their own. Where they differ, no oracle can distinguish a
 * wrong answer from another year's edition: tests ask zones about which they agree.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { DAY, ZoneClock } from "./zone_clock.ts";

const BEGIN = Date.UTC(1973, 0);
const END = Date.UTC(2145, 0);

/**
 * The zones about which the database and this runtime agree at all times: on every seventh day, and on both sides of every
 * change that the runtime knows. A new edition changes a few; when half of them are disputed, something else is wrong.
 */
export async function agreedZones(sql: Sql, zones: readonly string[]): Promise<readonly string[]> {
  const probes = zones.map((zone) => {
    const at: number[] = [];
    for (let instant = BEGIN; instant < END; instant += 7 * DAY) at.push(instant);
    for (const change of ZoneClock.of(zone).changesBetween(BEGIN, END)) at.push(change.at - 1000, change.at);
    return { zone, at: at.sort((a, b) => a - b) };
  });
  const answers = await sql<{ walls: number[] }[]>`
    select (
      select array_agg(extract(epoch from to_timestamp(instant::float8 / 1000) at time zone (asked ->> 'zone'))::float8
        order by n)
      from jsonb_array_elements_text(asked -> 'at') with ordinality as probe (instant, n)) as walls
    from jsonb_array_elements(${sql.json(probes as never)}) with ordinality as question (asked, place)
    order by place`;
  const agreed = probes.filter(({ zone, at }, place) => {
    const clock = ZoneClock.of(zone);
    return at.every((instant, n) => answers[place]?.walls[n] === clock.wall(instant) / 1000);
  }).map(({ zone }) => zone);
  const disputed = zones.filter((zone) => !agreed.includes(zone));
  if (disputed.length > 0) console.log(`time zone data differ, not asked about: ${disputed.join(", ")}`);
  assert.ok(agreed.length >= zones.length / 2, "the two know different zones");
  return agreed;
}
