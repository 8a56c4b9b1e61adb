import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import type { Sql } from "postgres";
import { raceTest } from "../../../support/databases/race.ts";
import { makeTenant } from "../stage.ts";

raceTest("a report that comes twice at once is counted once", async ({ sql, session }) => {
  const { orgId } = await makeTenant(sql);
  const settings = { url: "https://hooks.example/", secret: `whsec_${randomBytes(24).toString("base64")}` };
  await sql`select public.configure_alert_webhook(${orgId}, ${sql.json(settings)})`;
  await sql`update sync_scheduler.alert_senders set token_hash = sha256('token'), claimed_at = now(), ended_at = null`;
  const report = (sql: Sql) =>
    sql`select public.sync_worker_finish_alerts(${orgId}, 'token', (
      select jsonb_agg(jsonb_build_object('message_id', m.message_id, 'outcome', 'failed')) from sync_scheduler.alert_messages m))
      as answer`;
  const [one, other] = [await session(), await session()];
  await one.stopsAfter(report);
  const repeated = await other.runs(report);
  await one.goesOn();
  assert.deepEqual([...await repeated.answer], [{ answer: { recorded: false } }]);
  assert.deepEqual([...await sql`select attempts from sync_scheduler.alert_messages`], [{ attempts: 1 }]);
});
