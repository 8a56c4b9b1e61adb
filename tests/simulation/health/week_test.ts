/**
 * A week under a simulated clock, 100 integrations of each vendor. How often is a vendor asked whether it is there, and
 * what does that leave of its quota for the exports?
 *
 * @module
 */
import assert from "node:assert/strict";
import { localTest } from "../../support/local_only.ts";
import { Simulation } from "./simulation.ts";

const START = "2026-11-23T00:00:00Z";

localTest(
  "in a week no integration is pinged more than 96 times a day, and no export meets a 429 that pings have caused",
  async (platform) => {
    await using simulation = await Simulation.create(platform, START);
    const { admin } = simulation;
    // Each integration has a quota of its own, of 500 a day. The vendor renews it 22 hours before these exports.
    await simulation.connect("xledger", 100, { account: "xledger #", schedule: "0 22 * * *" });
    await simulation.connect("dynamics", 100, { account: "dynamics #", schedule: "0 2 * * *" });
    // A few without exports that would show that they work.
    await simulation.connect("webhook", 3, {
      config: { url: "https://receiver-#.example/" },
      account: "webhook #",
      schedule: null,
    });
    // With exports that do.
    await simulation.connect("webhook", 3, {
      config: { url: "https://busy-#.example/" },
      account: "busy #",
      schedule: "5 * * * *",
    });
    await simulation.pass(7 * 24);
    await simulation.check(START);

    const perVendor = await admin<
      {
        vendor: string;
        pings: number;
        most: number;
        most_in_24_hours: number;
        exports: number;
        used: number;
        refused: number;
      }[]
    >`
      with asked as (
        select split_part(a.account, ' ', 1) as vendor, a.account, r.*, (r.at at time zone 'UTC')::date as day,
          count(*) filter (where purpose = 'ping') over (partition by r.integration_id order by r.at
            range between interval '23:59:59' preceding and current row) as in_24_hours
        from sync_sim.requests r join sync_sim.accounts a using (integration_id)
      ), daily as (
        select vendor, day, integration_id, count(*) filter (where purpose = 'ping') as pings from asked group by 1, 2, 3
      )
      select vendor, count(*) filter (where purpose = 'ping')::int as pings,
        (select max(d.pings)::int from daily d where d.vendor = asked.vendor) as most,
        max(in_24_hours)::int as most_in_24_hours,
        count(*) filter (where purpose = 'export')::int as exports,
        (select max(q.used) from sync_sim.quotas q where split_part(q.account, ' ', 1) = asked.vendor) as used,
        count(*) filter (where answer = '429')::int as refused
      from asked group by vendor order by vendor`;
    for (const { vendor, pings, most, most_in_24_hours, exports, used, refused } of perVendor) {
      console.log(
        `${vendor}: ${pings} pings and ${exports} requests of exports in 7 days; of one integration at most ${most} pings ` +
          `a day, ${most_in_24_hours} in any 24 hours; at most ${used} of a quota of 500 a day; ${refused} answered 429`,
      );
      assert.ok(most <= 96 && most_in_24_hours <= 96, `${vendor}: it is pinged at most 96 times a day`);
      assert.equal(refused, 0, `${vendor}: the quota is enough for pings and exports`);
    }
    assert.deepEqual(perVendor.map(({ vendor }) => vendor), ["busy", "dynamics", "webhook", "xledger"]);

    const runs = await admin`
      select r.integration_type, r.status, count(*)::int as n from public.sync_run_log r group by 1, 2 order by 1, 2`;
    assert.deepEqual([...runs], [
      { integration_type: "dynamics", status: "succeeded", n: 700 },
      { integration_type: "webhook", status: "succeeded", n: 3 * 24 * 7 },
      { integration_type: "xledger", status: "succeeded", n: 700 },
    ]);
    const [health] =
      await admin`select count(*)::int as n, count(*) filter (where status = 'healthy')::int as healthy,
      count(passive_since)::int as passive from public.sync_integration_health`;
    assert.deepEqual(health, { n: 206, healthy: 206, passive: 0 });
    // How long ago each one's credentials were last shown to be good.
    const [proof] = await admin<{ hours: number }[]>`
      select max(extract(epoch from gap) / 3600)::float8 as hours from (
        select r.at - lag(r.at) over (partition by r.integration_id order by r.at) as gap from sync_sim.requests r
      ) t`;
    console.log(
      `no integration went longer than ${proof?.hours.toFixed(1)} hours without an answer to itself`,
    );
    assert.ok((proof?.hours ?? 99) <= 13);
  },
);
