import assert from "node:assert/strict";
import { startWebhookReceiver } from "../../../local/vendors/webhook_receiver.ts";
import { usePlatform } from "../../support/platform.ts";
import { createTenant } from "../../support/tenant.ts";

const CALLERS = 50;

Deno.test("50 simultaneous triggers from separate connections start exactly one run", async () => {
  const platform = await usePlatform();
  await using setup = platform.connect();
  // The run stays active: its only batch hangs until the receiver is gone.
  await using receiver = await startWebhookReceiver();
  receiver.misbehave({ kind: "hang" });
  const tenant = await createTenant(setup.sql, platform, { receiver, entries: 1 });
  // One connection each, opened before anybody calls.
  await using callers = platform.connect({ max: CALLERS });
  const connections = await Promise.all(Array.from({ length: CALLERS }, () => callers.sql.reserve()));
  const claims = JSON.stringify({ role: "authenticated", sub: tenant.userIds.coordinator });
  for (const connection of connections) {
    await connection`select set_config('request.jwt.claims', ${claims}, false)`;
    await connection`set role authenticated`;
  }

  const answers = await Promise.allSettled(
    connections.map((connection) =>
      connection`select run_id from public.trigger_integration_sync(${tenant.orgId}, 'webhook')`
    ),
  );
  for (const connection of connections) connection.release();

  const refusals = answers.flatMap((a) =>
    a.status === "rejected" ? [`${a.reason.code} ${a.reason.message}`] : []
  );
  assert.deepEqual(refusals, Array(CALLERS - 1).fill("PT409 sync_already_in_progress"));
  const runs = await setup.sql`select from public.sync_run_log where org_id = ${tenant.orgId}`;
  assert.equal(runs.length, 1);
});

Deno.test("50 simultaneous calls with one idempotency key all get the same run", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  const tenant = await createTenant(database.sql, platform);
  const supabase = await tenant.signIn("coordinator");

  const answers = await Promise.all(
    Array.from({ length: CALLERS }, () =>
      supabase.rpc("trigger_integration_sync", {
        org_id: tenant.orgId,
        integration_type: "webhook",
        idempotency_key: "one press",
      })),
  );

  assert.deepEqual(answers.filter((answer) => answer.error), []);
  assert.equal(new Set(answers.map((answer) => answer.data?.run_id)).size, 1);
});
