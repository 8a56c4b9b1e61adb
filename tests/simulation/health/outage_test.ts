/**
 * A vendor is away for six hours, over the time of the nightly exports of 100 organisations.
 *
 * @module
 */
import assert from "node:assert/strict";
import { localTest } from "../../support/local_only.ts";
import { Simulation } from "./simulation.ts";

const START = "2026-11-23T12:00:00Z";
const AWAY = "2026-11-23T20:30:00Z";
const BACK = "2026-11-24T02:30:00Z";

for (const organisations of [100, 3]) {
  localTest(
    `an outage of 6 hours that ${organisations} organisations meet is one incident with one shared alert, and holds no run`,
    async (platform) => {
      await using simulation = await Simulation.create(platform, START);
      const { admin } = simulation;
      const nightly = Math.ceil(organisations * 0.9);
      await simulation.connect("xledger", nightly, { account: "xledger #", schedule: "0 22 * * *" });
      await simulation.connect("xledger", organisations - nightly, {
        account: "hourly #",
        schedule: "0 * * * *",
      });
      // Others have nothing to do with it.
      await simulation.connect("dynamics", 10, { account: "dynamics #", schedule: "0 22 * * *" });
      await admin`insert into sync_sim.outages values ('www.xledger.net', ${AWAY}, ${BACK})`;
      await simulation.pass(20, 30);
      await simulation.check(START);

      const [pings] = await admin<{ all: number; most: number }[]>`
        select coalesce(sum(n), 0)::int as all, coalesce(max(n), 0)::int as most from (
          select count(*) as n from sync_sim.requests where purpose = 'ping' and answer = 'away' group by integration_id) t`;
      const [incident] = await admin<{ n: number; recovered: number; alerts: number; open: number }[]>`
        select count(*)::int as n, extract(epoch from min(o.ended_at) - ${BACK})::float8 / 60 as recovered,
          count(a.*)::int as alerts, count(*) filter (where a.resolved_at is null)::int as open
        from public.sync_vendor_incidents o left join public.sync_alerts a on a.kind = 'vendor_incident'`;
      console.log(
        `${organisations} organisations: ${pings?.all} pings in 6 hours, at most ${pings?.most} of one integration; ` +
          `the incident was over ${incident?.recovered.toFixed(1)} minutes after the vendor was back`,
      );
      assert.deepEqual([incident?.n, incident?.alerts, incident?.open], [1, 1, 0], "one incident, one alert");
      // A turn, the tick that comes to it, and the answer.
      assert.ok((incident?.recovered ?? 99) <= 17, "its end is seen within a turn of the checks");
      // 6 hours have 24 turns; a turn is a hundredth longer than a quarter of an hour.
      assert.ok((pings?.most ?? 99) <= 25, "no integration is asked more often than at its turns");

      const runs = await admin<{ type: string; status: string; n: number }[]>`
        select integration_type as type, status, count(*)::int as n
        from public.sync_run_log where status <> 'skipped' group by 1, 2 order by 1, 2`;
      const count = (type: string, status: string) =>
        runs.filter((run) => run.type === type && run.status === status).reduce((sum, { n }) => sum + n, 0);
      assert.deepEqual([count("dynamics", "succeeded"), count("dynamics", "failed")], [10, 0]);
      assert.ok(
        count("xledger", "failed") >= nightly,
        "the night's runs failed like any run whose attempts are used up",
      );
      const [waiting] = await admin`
        select count(*) filter (where scheduled_for between ${AWAY} and ${BACK} and started_at - scheduled_for > '1 minute')::int as late
        from public.sync_run_log where status <> 'skipped'`;
      assert.equal(waiting?.late, 0, "every slot of the outage was tried at its minute");
    },
  );
}
