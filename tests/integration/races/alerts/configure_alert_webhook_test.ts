import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import type { PendingQuery, Row, Sql } from "postgres";
import { raceTest } from "../../../support/databases/race.ts";
import { makeTenant } from "../stage.ts";

const configure = (sql: Sql, orgId: string, url: string): PendingQuery<Row[]> =>
  sql`select public.configure_alert_webhook(${orgId}, ${
    sql.json({ url, secret: `whsec_${randomBytes(24).toString("base64")}` })
  })`;

async function prepare(sql: Sql): Promise<string> {
  const { orgId } = await makeTenant(sql);
  await sql`update sync_scheduler.settings set check_cooldown = '0 seconds'`;
  return orgId;
}

raceTest(
  "of two backends that configure the first webhook at once both succeed",
  async ({ sql, session }) => {
    const orgId = await prepare(sql);
    const [first, second] = [await session(), await session()];
    await first.stopsAfter((sql) => configure(sql, orgId, "https://first.example/"));
    const configured = await second.runs((sql) => configure(sql, orgId, "https://second.example/"));
    await first.goesOn();
    await configured.answer;
    const hosts = await sql`select host from public.sync_alert_webhooks where org_id = ${orgId}`;
    assert.deepEqual([...hosts], [{ host: "second.example" }]);
  },
);

raceTest(
  "of two backends that configure the first webhook at once the second changes what the first has set",
  async ({ sql, session }) => {
    const orgId = await prepare(sql);
    const [first, second] = [await session(), await session()];
    await first.stopsAfter((sql) => configure(sql, orgId, "https://first.example/"));
    const changed = await second.runs((sql) =>
      sql`select public.configure_alert_webhook(${orgId}, '{"min_severity": "critical"}')`
    );
    await first.goesOn();
    await changed.answer;
    const webhooks =
      await sql`select host, min_severity from public.sync_alert_webhooks where org_id = ${orgId}`;
    assert.deepEqual([...webhooks], [{ host: "first.example", min_severity: "critical" }]);
  },
);

raceTest(
  "an admin who configures a webhook and a worker that reports do not stop each other",
  async ({ sql, session }) => {
    const orgId = await prepare(sql);
    await configure(sql, orgId, "https://hooks.example/");
    await sql`update sync_scheduler.alert_messages set is_new = false`;
    await sql`update sync_scheduler.alert_senders
    set token_hash = sha256('token'), requested_at = now(), claimed_at = now(), ended_at = null, next_attempt_at = null`;
    const [worker, admin] = [await session(), await session()];
    const results = [{ message_id: crypto.randomUUID(), outcome: "failed" }];
    // It has the sender, and goes on to the webhook.
    await worker.stopsBefore("update sync_alert_webhooks", async (sql) => {
      const [row] = await sql`select public.sync_worker_finish_alerts(${orgId}, 'token', ${
        sql.json(results)
      }) as answer`;
      return row?.["answer"];
    });
    const configured = await admin.runs((sql) => configure(sql, orgId, "https://other.example/"));
    assert.deepEqual(await worker.goesOn(), { recorded: true });
    await configured.answer;
    const [webhook] =
      await sql`select host, failing_since from public.sync_alert_webhooks where org_id = ${orgId}`;
    assert.deepEqual({ ...webhook }, { host: "other.example", failing_since: null });
  },
);
