import assert from "node:assert/strict";
import { listen } from "../../support/changes.ts";
import { usePlatform } from "../../support/platform.ts";
import { createTenant } from "../../support/tenant.ts";

Deno.test("alerts reach only the members whom they concern, while they look", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  const { sql } = database;
  const [ours, theirs] = [await createTenant(sql, platform), await createTenant(sql, platform)];
  await using viewer = await listen(await ours.signIn("viewer"), { table: "sync_alerts" });
  await using stranger = await listen(await ours.signIn("stranger"), { table: "sync_alerts" });

  const raise = (integrationId: string, message: string) =>
    sql`select sync_scheduler.raise_alert(i, 'drift', 'warning', null, ${message})
      from public.sync_integrations i where i.id = ${integrationId}`;
  await raise(theirs.integrationId, "Of others.");
  await raise(ours.integrationId, "Late.");
  await raise(ours.integrationId, "Still late.");
  await sql`select sync_scheduler.raise_alert(jsonb_populate_record(null::public.sync_integrations,
      '{"integration_type": "webhook"}'), 'unhealthy', 'critical', now(), 'A vendor is slow.')`;
  await sql`update public.sync_alerts set resolved_at = now() where resolved_at is null
    and (integration_id = ${ours.integrationId} or (org_id is null and kind = 'unhealthy'))`;

  const counted = await viewer.until("the alert that is seen again", (change) => change.new["count"] === 2);
  assert.deepEqual([counted.eventType, counted.new["message"]], ["UPDATE", "Still late."]);
  await viewer.until(
    "the vendor's alert, resolved",
    ({ new: alert }) =>
      alert["org_id"] === null && alert["kind"] === "unhealthy" && alert["resolved_at"] !== null,
  );
  assert.equal(viewer.changes.some((change) => change.new["message"] === "Of others."), false);
  assert.deepEqual(stranger.changes, []);
});
