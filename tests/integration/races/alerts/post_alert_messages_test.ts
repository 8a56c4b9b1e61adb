import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import type { Sql } from "postgres";
import { raceTest } from "../../../support/databases/race.ts";
import { makeTenant } from "../stage.ts";

/** An organisation with an alert webhook whose first message waits. */
async function prepare(sql: Sql): Promise<string> {
  const { orgId } = await makeTenant(sql);
  const settings = { url: "https://hooks.example/", secret: `whsec_${randomBytes(24).toString("base64")}` };
  await sql`select public.configure_alert_webhook(${orgId}, ${sql.json(settings)})`;
  return orgId;
}
const postAlerts = (sql: Sql) =>
  sql<{ posted: number }[]>`select sync_scheduler.post_alert_messages() as posted`;
const countPosted = async (sql: Sql) =>
  (await sql`select from net.http_request_queue where convert_from(body, 'UTF8')::jsonb ->> 'kind' = 'alerts'`)
    .length;
const claim = (sql: Sql) =>
  sql`update sync_scheduler.alert_senders set token_hash = sha256('token'), claimed_at = now(), ended_at = null`;

raceTest("two ticks post an organisation's messages once", async ({ sql, session }) => {
  await prepare(sql);
  await sql`update sync_scheduler.alert_senders set next_attempt_at = now()`;
  const before = await countPosted(sql);
  const [one, other] = [await session(), await session()];
  await one.stopsAfter(postAlerts);
  const posted = await other.runs(postAlerts);
  assert.equal(posted.isWaiting, false, "and the second does not wait");
  await one.goesOn();
  await posted.answer;
  assert.equal(await countPosted(sql) - before, 1);
});

raceTest(
  "a message that comes while its sender finds nothing is posted by the next tick",
  async ({ sql, session }) => {
    const orgId = await prepare(sql);
    await postAlerts(sql);
    await claim(sql);
    const [worker, tick] = [await session(), await session()];
    await worker.stopsAfter((sql) =>
      sql`select public.sync_worker_finish_alerts(${orgId}, 'token', (
      select jsonb_agg(jsonb_build_object('message_id', m.message_id, 'outcome', 'delivered')) from sync_scheduler.alert_messages m))`
    );
    await sql`select sync_scheduler.raise_alert(jsonb_populate_record(null::public.sync_integrations,
      jsonb_build_object('org_id', ${orgId}::uuid)), 'drift', 'warning', null, 'Late.')`;
    const posted = await tick.runs(postAlerts);
    assert.equal(posted.isWaiting, false, "the tick does not wait for it");
    await worker.goesOn();
    await posted.answer;
    assert.equal((await postAlerts(sql))[0]?.posted, 1);
  },
);
