/** The command that starts a sync, against the platform, as the backend and as people. */
import assert from "node:assert/strict";
import { startWebhookReceiver } from "../../../local/vendors/webhook_receiver.ts";
import { aRun } from "../../../src/client/testing/run.ts";
import { startReceiver } from "../../../supabase/functions/integration-sync/testing/receiver.ts";
import { usePlatform } from "../../support/platform.ts";
import { assertExportedOnce } from "../../support/runs.ts";
import { createTenant } from "../../support/tenant.ts";
import { asBackend, asPerson, runCli, startCli } from "./run_cli.ts";

Deno.test("trigger starts a sync, waits for its end and says by the exit code how it ended", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  await using receiver = await startWebhookReceiver();
  const tenant = await createTenant(database.sql, platform, { receiver, entries: 12 });
  const trigger = (
    ...args: string[]
  ) => ["trigger", tenant.orgId, "webhook", "--email", tenant.emails.coordinator, ...args];
  const env = asPerson(platform);

  const first = await runCli(trigger("--wait", "--idempotency-key", "monday"), { env });
  assert.deepEqual([first.code, first.err], [0, ""]);
  assert.match(first.out, /^Run [0-9a-f-]{36} succeeded: 12 exported, 0 rejected\.\n$/);
  await assertExportedOnce(database.sql, tenant.integrationId, receiver, 12);

  const again = await runCli(trigger("--idempotency-key", "monday", "--json"), { env });
  assert.equal(again.code, 0, again.err);
  assert.ok(first.out.includes(JSON.parse(again.out).run_id), "the same key is the same run");

  const blank = await runCli(trigger("--idempotency-key", ""), { env });
  assert.match(
    blank.err,
    /^The idempotency key is not valid\. \(invalid_idempotency_key\)\nGive --idempotency-key at most /,
  );

  const refused = await runCli(trigger(), { env });
  assert.deepEqual([refused.code, refused.out], [1, ""]);
  assert.match(refused.err, /\(rate_limited\)\n$/);

  const viewer = await runCli(
    ["trigger", tenant.orgId, "webhook", "--email", tenant.emails.viewer],
    { env },
  );
  assert.deepEqual([viewer.code, viewer.out], [1, ""]);
  assert.match(viewer.err, /\(not_authorized\)\n/);
});

Deno.test("trigger --wait ends with 1 when the run fails", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  // Nothing listens at its address.
  const tenant = await createTenant(database.sql, platform, { entries: 1 });
  await database.sql`update public.sync_integrations set max_attempts = 1 where id = ${tenant.integrationId}`;
  const { code, out, err } = await runCli(["trigger", tenant.orgId, "webhook", "--wait", "--json"], {
    env: asBackend(platform),
  });
  assert.deepEqual([code, JSON.parse(out).status, err], [1, "failed", ""]);
});

Deno.test("trigger --wait says that the run goes on when it is interrupted", async () => {
  const runId = crypto.randomUUID();
  const polled = Promise.withResolvers<void>();
  await using api = startReceiver(({ method }) => {
    if (method === "GET") polled.resolve();
    return Response.json(aRun({ run_id: runId }));
  });
  const cli = startCli(["trigger", crypto.randomUUID(), "webhook", "--wait"], {
    env: { SUPABASE_URL: api.url, SUPABASE_SECRET_KEY: "sb_secret_test" },
  });
  await polled.promise;
  cli.interrupt();
  const { code, out, err } = await cli.outcome;
  assert.deepEqual([code, out], [130, ""]);
  assert.match(err, new RegExp(`^No longer waiting\\. Run ${runId} goes on: .sync-scheduler status `));
});
