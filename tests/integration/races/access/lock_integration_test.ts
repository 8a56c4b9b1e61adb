/**
 * Two people who change one integration at once: the second one begins with what the first one has made.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { PendingQuery, Row, Sql } from "postgres";
import { raceTest } from "../../../support/databases/race.ts";
import { makeTenant } from "../stage.ts";

raceTest("two who connect an organisation at once make one integration", async ({ sql, session }) => {
  const { orgId } = await makeTenant(sql);
  const make = (sql: Sql, url: string): PendingQuery<Row[]> =>
    sql`select public.connect_integration(${orgId}, 'xledger', ${sql.json({ url })})`;
  const [first, second] = [await session(), await session()];
  await first.stopsAfter((sql) => make(sql, "https://first.example/"));
  const made = await second.runs((sql) => make(sql, "https://second.example/"));
  await first.goesOn();
  await made.answer;
  const rows = await sql`select config ->> 'url' as url from public.sync_integrations
    where org_id = ${orgId} and integration_type = 'xledger'`;
  assert.deepEqual([...rows], [{ url: "https://second.example/" }]);
});

raceTest("the settings of two who configure at once are both kept", async ({ sql, session }) => {
  const { orgId, integrationId } = await makeTenant(sql);
  const configure = (sql: Sql, changes: Record<string, number | string>): PendingQuery<Row[]> =>
    sql`select public.configure_integration_sync(${orgId}, 'webhook', ${sql.json(changes)})`;
  const [first, second] = [await session(), await session()];
  await first.stopsAfter((sql) => configure(sql, { max_attempts: 7 }));
  const configured = await second.runs((sql) => configure(sql, { overlap_policy: "buffer_one" }));
  await first.goesOn();
  await configured.answer;
  const [row] =
    await sql`select max_attempts, overlap_policy from public.sync_integrations where id = ${integrationId}`;
  assert.deepEqual({ ...row }, { max_attempts: 7, overlap_policy: "buffer_one" });
});
