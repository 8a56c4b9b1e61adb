import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { startWebhookReceiver } from "../../../local/vendors/webhook_receiver.ts";
import { type TestPlatform, usePlatform } from "../../support/platform.ts";
import { assertExportedOnce, readRun, untilStatus } from "../../support/runs.ts";
import { createTenant } from "../../support/tenant.ts";

interface Delivery {
  kind: "run";
  run_id: string;
  attempt: number;
  token: string;
}

function deliver(platform: TestPlatform, body: unknown, init: RequestInit = {}): Promise<Response> {
  return fetch(`${platform.functionsUrl}/integration-sync`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: typeof body === "string" ? body : JSON.stringify(body),
    ...init,
  });
}

/** Starts a run whose request never reaches pg_net's worker, and returns that request. */
async function interceptedRun(sql: Sql, orgId: string, userId: string): Promise<Delivery> {
  return await sql.begin(async (tx) => {
    await tx`select set_config('request.jwt.claims', ${JSON.stringify({ sub: userId })}, true)`;
    const [run] = await tx`select run_id from public.trigger_integration_sync(${orgId}, 'webhook')`;
    const [taken] = await tx`delete from net.http_request_queue
      where convert_from(body, 'UTF8')::jsonb ->> 'run_id' = ${run?.run_id}
      returning convert_from(body, 'UTF8')::jsonb as body`;
    return taken?.body;
  }) as Delivery;
}

Deno.test("a forged token is refused and changes nothing", async () => {
  const platform = await usePlatform();
  await using database = platform.connect({ url: platform.adminUrl });
  const tenant = await createTenant(database.sql, platform);
  const delivery = await interceptedRun(database.sql, tenant.orgId, tenant.userIds.admin);
  const before = await readRun(database.sql, delivery.run_id);

  for (const token of ["0".repeat(64), delivery.token.toUpperCase(), `${delivery.token}0`]) {
    const answer = await deliver(platform, { ...delivery, token });
    await answer.body?.cancel();
    assert.equal(answer.status, 401);
  }
  const other = await deliver(platform, { ...delivery, attempt: 2 });
  await other.body?.cancel();
  assert.equal(other.status, 401, "the token names its attempt");
  assert.deepEqual(await readRun(database.sql, delivery.run_id), before);
});

Deno.test("a duplicate delivery and a replay after the end are refused and export nothing twice", async () => {
  const platform = await usePlatform();
  await using database = platform.connect({ url: platform.adminUrl });
  await using receiver = await startWebhookReceiver();
  const tenant = await createTenant(database.sql, platform, {
    receiver,
    entries: 30,
    config: { batch_size: 10 },
  });
  const delivery = await interceptedRun(database.sql, tenant.orgId, tenant.userIds.admin);

  const answers = await Promise.all(Array.from({ length: 5 }, () => deliver(platform, delivery)));
  for (const answer of answers) await answer.body?.cancel();
  assert.deepEqual(answers.map((answer) => answer.status).sort(), [202, 409, 409, 409, 409]);

  const ended = await untilStatus(database.sql, delivery.run_id, "succeeded", "failed");
  assert.equal(ended.status, "succeeded", ended.error_message ?? "");
  const replay = await deliver(platform, delivery);
  await replay.body?.cancel();
  assert.equal(replay.status, 409);
  assert.deepEqual(await readRun(database.sql, delivery.run_id), ended);
  await assertExportedOnce(database.sql, tenant.integrationId, receiver, 30);
});

Deno.test("rubbish sent to the function gets a 4xx", async () => {
  const platform = await usePlatform();
  const run = { kind: "run", run_id: crypto.randomUUID(), attempt: 1, token: "0".repeat(64) };
  const cases: [string, Promise<Response>, number][] = [
    ["no JSON", deliver(platform, "{"), 400],
    ["a list", deliver(platform, []), 400],
    ["no token", deliver(platform, { ...run, token: undefined }), 400],
    ["a malformed id", deliver(platform, { ...run, run_id: "1; drop table" }), 400],
    ["attempt 0", deliver(platform, { ...run, attempt: 0 }), 400],
    ["an attempt past int4", deliver(platform, { ...run, attempt: 2 ** 40 }), 400],
    ["an unknown kind", deliver(platform, { ...run, kind: "drop" }), 400],
    ["a megabyte", deliver(platform, { ...run, token: "x".repeat(1 << 20) }), 413],
    ["a run that does not exist", deliver(platform, run), 401],
    ["GET", deliver(platform, null, { method: "GET", body: null }), 405],
  ];
  for (const [name, pending, status] of cases) {
    const answer = await pending;
    await answer.body?.cancel();
    assert.equal(answer.status, status, name);
  }
});
