import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import type { Sql } from "postgres";
import { raceTest } from "../../../support/databases/race.ts";
import { makeTenant } from "../stage.ts";

raceTest(
  "of two deliveries of one request only one takes an organisation's messages",
  async ({ sql, session }) => {
    const { orgId } = await makeTenant(sql);
    const settings = { url: "https://hooks.example/", secret: `whsec_${randomBytes(24).toString("base64")}` };
    await sql`select public.configure_alert_webhook(${orgId}, ${sql.json(settings)})`;
    await sql`update sync_scheduler.alert_senders set token_hash = sha256('token'), requested_at = now(), claimed_at = null`;
    const claim = (sql: Sql) =>
      sql`select public.sync_worker_claim_alerts(${sql.json([{ org_id: orgId, token: "token" }])})`;
    const [one, other] = [await session(), await session()];
    await one.stopsAfter(claim);
    const claimed = await other.runs(claim);
    await one.goesOn();
    await assert.rejects(claimed.answer, { message: "already_claimed" });
  },
);
