/**
 * A vendor is away for six hours, over the time of the nightly exports of 100 organisations.
 *
 * @module
 */
import assert from "node:assert/strict";
import { localTest } from "../support/local_only.ts";
import { Simulation } from "./simulation.ts";

const START = "2026-11-23T12:00:00Z";
const AWAY = "2026-11-23T20:30:00Z";
const BACK = "2026-11-24T02:30:00Z";

for (const organisations of [100, 3]) {
  localTest(
    `an outage of 6 hours that ${organisations} organisations meet is one incident: few pings, one alert, no run failed`,
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
      await simulation.pass(20);
      await simulation.check(START);

      const [pings] = await admin<{ all: number; most: number }[]>`
        select coalesce(sum(n), 0)::int as all, coalesce(max(n), 0)::int as most from (
          select count(*) as n from sync_sim.requests where purpose = 'ping' and answer = 'away' group by integration_id) t`;
      const [incident] = await admin<{ n: number; detected: number; recovered: number; alerts: number }[]>`
        select count(*)::int as n, extract(epoch from min(a.first_seen_at) - ${AWAY})::float8 / 60 as detected,
          extract(epoch from min(o.ended_at) - ${BACK})::float8 / 60 as recovered, count(a.*)::int as alerts
        from public.sync_vendor_incidents o left join public.sync_alerts a on a.kind = 'vendor_incident'`;
      const alerts = await admin`select kind, count(*)::int as n from public.sync_alerts group by kind`;
      const runs = await admin<{ type: string; status: string; n: number; held: number; last: number }[]>`
        select integration_type as type, status, count(*)::int as n,
          count(*) filter (where notice = 'held_vendor_incident')::int as held,
          max(extract(epoch from finished_at - ${BACK}) / 60) filter (where notice is not null)::float8 as last
        from public.sync_run_log where status <> 'skipped' group by 1, 2 order by 1, 2`;
      const xledger = runs.find(({ type }) => type === "xledger");
      console.log(
        `${organisations} organisations: ${pings?.all} pings in 6 hours, at most ${pings?.most} of one integration; the incident ` +
          `was seen after ${incident?.detected.toFixed(1)} minutes and over ${
            incident?.recovered.toFixed(1)
          } minutes after the vendor ` +
          `was back; ${xledger?.held} runs were held, the last had ended after ${
            xledger?.last.toFixed(1)
          } minutes`,
      );

      assert.deepEqual([incident?.n, incident?.alerts], [1, 1], "one incident with one alert");
      assert.deepEqual([...alerts], [{ kind: "vendor_incident", n: 1 }], "and no other alert");
      assert.ok((incident?.recovered ?? 99) <= 15, "its end is seen within an interval");
      assert.ok(
        (pings?.most ?? 99) <= Math.ceil(60 / Math.min(organisations, 5)),
        "no integration is asked for all of them",
      );
      // After 1, 2, 4, 8 minutes and then every 10 at the earliest; before, each at most once.
      assert.ok(
        (pings?.all ?? 999) <= 40 + organisations,
        "and all of them together by the incident's backoff",
      );
      assert.deepEqual(runs.map(({ type, status }) => `${type} ${status}`), [
        "dynamics succeeded",
        "xledger succeeded",
      ]);
      assert.ok((xledger?.held ?? 0) >= organisations, "every export of the night waited, and none failed");
      const [attempts] = await admin`
        select count(*) filter (where outcome <> 'succeeded' and not excused)::int as burnt from sync_scheduler.run_attempts`;
      assert.ok(Number(attempts?.burnt) <= 2, "but for those that met it first no attempt was burnt");
      const [entries] = await admin`
        select count(*)::int as n, count(*) filter (where state = 'exported')::int as exported from public.sync_export_entries`;
      assert.equal(entries?.exported, entries?.n);
    },
  );
}
