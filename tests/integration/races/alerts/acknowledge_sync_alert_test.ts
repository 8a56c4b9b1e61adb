import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { raceTest } from "../../../support/databases/race.ts";
import { hold, makeTenant } from "../stage.ts";

raceTest(
  "an entry that is refused while the alert is acknowledged keeps no place without an alert",
  async ({ sql, session }) => {
    const { orgId } = await makeTenant(sql);
    const refuse = (sql: Sql, key: string) =>
      sql`select public.add_sync_entries(${orgId}, 'webhook', ${sql.json([{ entry_key: key }])})`;
    await refuse(sql, "first");
    const [host, admin] = [await session(), await session()];
    await host.stopsAfter((sql) => refuse(sql, "second"));
    const acknowledged = await admin.runs((sql) =>
      sql`select public.acknowledge_sync_alert(alert_id) from public.sync_alerts where kind = 'entries_refused'`
    );
    await host.goesOn();
    await acknowledged.answer;
    assert.deepEqual([...await sql`select resolved_at is not null as resolved from public.sync_alerts`], [{
      resolved: true,
    }]);
    assert.deepEqual([...await sql`select entry_key from sync_scheduler.refused_entries`], []);
  },
);

raceTest("an acknowledgement waits for no other organisation", async ({ sql, session }) => {
  const { orgId } = await makeTenant(sql);
  const { integrationId: other } = await makeTenant(sql);
  await sql`select public.add_sync_entries(${orgId}, 'webhook', ${sql.json([{ entry_key: "refused" }])})`;
  const [elsewhere, admin] = [await session(), await session()];
  await elsewhere.stopsAfter((sql) => hold(sql, other));
  const acknowledged = await admin.runs((sql) =>
    sql`select public.acknowledge_sync_alert(alert_id) from public.sync_alerts where kind = 'entries_refused'`
  );
  assert.equal(acknowledged.isWaiting, false);
  await elsewhere.goesOn();
  await acknowledged.answer;
});
