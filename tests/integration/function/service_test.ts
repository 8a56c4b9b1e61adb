import assert from "node:assert/strict";
import {
  testBatch,
  testClaim,
} from "../../../supabase/functions/integration-sync/testing/fake_worker_api.ts";
import { startReceiver } from "../../../supabase/functions/integration-sync/testing/receiver.ts";
import { createService } from "../../../supabase/functions/integration-sync/http/service.ts";

const attempt = {
  run_id: "00000000-0000-4000-8000-000000000001",
  attempt: 1,
  token: "0123456789abcdef".repeat(4),
};

/** Posts an attempt to a service in this environment; its receiver is on this machine. */
async function exportTo(environment: Record<string, string>): Promise<{
  reported: Record<string, unknown>;
  received: number;
  calls: string[];
}> {
  await using receiver = startReceiver(() => new Response(null, { status: 204 }));
  const claim = testClaim({
    integration_type: "webhook",
    config: { url: receiver.url },
    credentials: { signing_secret: `whsec_${btoa("0123456789abcdef0123456789abcdef")}` },
  });
  const progress = { cancel_requested: false, entries_total: 2, entries_done: 2, entries_failed: 0 };
  const batches = [{ ...testBatch(1, ["a", "b"]), cancel_requested: false }];
  const finished = Promise.withResolvers<unknown>();
  await using database = startReceiver(({ path, body }) => {
    switch (path) {
      case "/rest/v1/rpc/sync_worker_claim":
        return Response.json(claim);
      case "/rest/v1/rpc/sync_worker_reserve_entries":
        return Response.json(batches.shift() ?? { batch_id: null, cancel_requested: false });
      case "/rest/v1/rpc/sync_worker_record_results":
        return Response.json(progress);
      default:
        finished.resolve(JSON.parse(body));
        return Response.json({ status: "succeeded", next_attempt_at: null });
    }
  });

  const variables: Record<string, string> = {
    SUPABASE_URL: database.url,
    SUPABASE_SECRET_KEYS: '{"default":"sb_secret_test"}',
    ...environment,
  };
  const service = createService({ get: (name) => variables[name] });
  const response = await service(
    new Request("http://localhost/integration-sync", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ kind: "run", ...attempt }),
    }),
  );
  assert.equal(response.status, 202);
  await response.body?.cancel();
  const reported = Object(await finished.promise);
  const calls = database.requests.map(({ path }) => path.split("_worker_")[1] ?? path);
  return { reported, calls, received: receiver.requests.length };
}

Deno.test("the service exports a batch to a webhook and finishes when it is posted an attempt", async () => {
  const { reported, calls, received } = await exportTo({ SYNC_ALLOW_PRIVATE_RECEIVERS: "1" });
  const nothing = { error_class: null, error_code: null, error_message: null, retry_after_seconds: null };
  assert.equal(typeof reported["first_vendor_byte_ms"], "number");
  assert.deepEqual({ ...reported, first_vendor_byte_ms: null }, {
    ...attempt,
    ...nothing,
    outcome: "succeeded",
    checkpoint: null,
    first_vendor_byte_ms: null,
  });
  assert.deepEqual(calls, ["claim", "reserve_entries", "record_results", "reserve_entries", "finish"]);
  assert.equal(received, 1);
});

for (
  const environment of [{}, { SYNC_ALLOW_PRIVATE_RECEIVERS: "0" }, { SYNC_ALLOW_PRIVATE_RECEIVERS: "true" }]
) {
  Deno.test(`the service sends nothing into its network when its environment is ${JSON.stringify(environment)}`, async () => {
    const { reported, received } = await exportTo(environment);
    assert.equal(received, 0);
    assert.deepEqual([reported["outcome"], reported["error_class"], reported["error_code"]], [
      "failed",
      "permanent",
      "webhook_address_refused",
    ]);
    assert.match(
      String(reported["error_message"]),
      /SYNC_ALLOW_PRIVATE_RECEIVERS=1 into supabase\/functions\/\.env/,
    );
  });
}

Deno.test("the service reports its boot to the database, and nothing to anybody else, when it is warmed up", async () => {
  await using database = startReceiver(() => Response.json({ recorded: true }));
  const variables: Record<string, string> = {
    SUPABASE_URL: database.url,
    SUPABASE_SECRET_KEYS: '{"default":"sb_secret_test"}',
  };
  const service = createService({ get: (name) => variables[name] });
  const warmup = { scheduled_for: "2026-11-23T10:00:00+00:00", token: attempt.token };
  const response = await service(
    new Request("http://localhost/integration-sync", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ kind: "warmup", ...warmup }),
    }),
  );
  assert.equal(response.status, 200);
  await response.body?.cancel();
  assert.deepEqual(database.requests.map(({ path }) => path), ["/rest/v1/rpc/sync_worker_warm"]);
  const { boot_id, boot_ms, ...said } = JSON.parse(database.requests[0]?.body ?? "");
  assert.deepEqual(said, { ...warmup, cold_start: true });
  assert.deepEqual([typeof boot_id, typeof boot_ms], ["string", "number"]);
});

Deno.test("the service asks the external system and reports to the database when it is posted a connection check", async () => {
  await using receiver = startReceiver(() => new Response(null, { status: 301 }));
  const probe = { integration_id: "00000000-0000-4000-8000-0000000000b1", token: attempt.token };
  const claim = {
    org_id: "00000000-0000-4000-8000-0000000000a1",
    integration_id: probe.integration_id,
    integration_type: "webhook",
    config: { url: receiver.url },
    credentials: { signing_secret: `whsec_${btoa("0123456789abcdef0123456789abcdef")}` },
    address: { url: receiver.url },
    timeout_seconds: "15",
  };
  const finished = Promise.withResolvers<Record<string, unknown>>();
  await using database = startReceiver(({ path, body }) => {
    if (path.endsWith("sync_worker_claim_probes")) return Response.json([claim]);
    finished.resolve(JSON.parse(body));
    return Response.json({ recorded: true });
  });
  const variables: Record<string, string> = {
    SUPABASE_URL: database.url,
    SUPABASE_SECRET_KEYS: '{"default":"sb_secret_test"}',
    SYNC_ALLOW_PRIVATE_RECEIVERS: "1",
  };
  const service = createService({ get: (name) => variables[name] });
  const response = await service(
    new Request("http://localhost/integration-sync", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ kind: "probes", probes: [probe] }),
    }),
  );
  assert.equal(response.status, 202);
  await response.body?.cancel();

  const { latency_ms, error_message, ...said } = await finished.promise;
  assert.deepEqual(said, {
    ...probe,
    outcome: "failed",
    error_class: "permanent",
    error_code: "webhook_redirect",
    is_guess: true,
    blames: "configuration",
  });
  assert.match(String(error_message), /redirect/);
  assert.equal(typeof latency_ms, "number");
  assert.deepEqual(receiver.requests.map(({ method }) => method), ["HEAD"]);
});
