import assert from "node:assert/strict";
import type { SyncError } from "../../../supabase/functions/integration-sync/core/errors.ts";
import { FakeClock } from "../../../supabase/functions/integration-sync/testing/fake_clock.ts";
import { testClaim } from "../../../supabase/functions/integration-sync/testing/fake_worker_api.ts";
import {
  type Receiver,
  startRawReceiver,
  startReceiver,
} from "../../../supabase/functions/integration-sync/testing/receiver.ts";
import {
  createWorkerApi,
  type WorkerApi,
} from "../../../supabase/functions/integration-sync/database/worker_api.ts";
import { createWorkerRpc } from "../../../supabase/functions/integration-sync/database/worker_rpc.ts";

const attempt = { run_id: "00000000-0000-4000-8000-000000000001", attempt: 2, token: "t".repeat(64) };
const boot = { boot_id: "00000000-0000-4000-8000-0000000000c1", boot_ms: 41.5, cold_start: true };
const batchId = "00000000-0000-4000-8000-000000000009";
const finished = { status: "succeeded", next_attempt_at: null };
const recorded = { cancel_requested: false, entries_total: 1, entries_done: 1, entries_failed: 0 };

/** No jitter to wait for: the clock is real, but every delay is cut to zero. */
function apiAt(url: string, timeoutMs = 5_000, random = () => 0): WorkerApi {
  const rpc = createWorkerRpc({ url, headers: { apikey: "sb_secret_test" }, fetch, timeoutMs });
  const clock = new FakeClock();
  clock.sleep = () => Promise.resolve();
  return createWorkerApi({ attempt, rpc, clock, random });
}

function failing(status: number, code: string, message: string): () => Response {
  return () => Response.json({ code, message, details: attempt.token, hint: null }, { status });
}

/** Answers with each response in turn, then with the last one. */
function inTurn(...responses: (() => Response)[]): Receiver {
  let next = 0;
  return startReceiver(() => {
    const response = responses[Math.min(next++, responses.length - 1)];
    return response === undefined ? new Response(null, { status: 500 }) : response();
  });
}

Deno.test("WorkerApi sends the attempt with its token and the key when it claims", async () => {
  await using database = startReceiver(() => Response.json(testClaim()));
  const claim = await apiAt(database.url).claim(boot);
  assert.deepEqual(claim, testClaim());
  const [request] = database.requests;
  assert.ok(request);
  assert.equal(`${request.method} ${request.path}`, "POST /rpc/sync_worker_claim");
  assert.equal(request.headers.get("apikey"), "sb_secret_test");
  assert.equal(request.headers.get("authorization"), null);
  assert.deepEqual(JSON.parse(request.body), { ...attempt, ...boot, protocol: 1 });
});

Deno.test("WorkerApi says which of the two is older when the schema does not understand its protocol", async () => {
  for (const reason of ["function_outdated", "schema_outdated"]) {
    await using database = startReceiver(() => Response.json({ refused: reason }));
    await assert.rejects(apiAt(database.url).claim(boot), {
      code: "version_mismatch",
      details: { reason, protocol: 1 },
    });
  }
});

Deno.test("WorkerApi understands an answer when numbers are strings and times have a space", async () => {
  await using database = startReceiver(({ path }) =>
    path.endsWith("claim")
      ? Response.json({ ...testClaim(), lease_seconds: "60.000000", entries_total: "1000" })
      : Response.json({ cancel_requested: true, lease_expires_at: "2026-11-23 10:00:00.5+00" })
  );
  const api = apiAt(database.url);
  const claim = await api.claim(boot);
  assert.deepEqual([claim.lease_seconds, claim.entries_total], [60, 1000]);
  assert.deepEqual(await api.heartbeat(null), {
    cancel_requested: true,
    lease_expires_at: Date.parse("2026-11-23T10:00:00.500Z"),
  });
});

Deno.test("WorkerApi passes a payload through as it is when it reserves", async () => {
  const payload = { amount: "0.10", lines: [{ vat: "25.00" }], text: "Æ" };
  const entry = { entry_key: "a", period: "2026-11", document_number: "1", payload, settled: true };
  await using database = startReceiver(() =>
    Response.json({ batch_id: batchId, resend: true, entries: [entry], cancel_requested: false })
  );
  const reservation = await apiAt(database.url).reserveEntries(100);
  assert.deepEqual(reservation, {
    batch_id: batchId,
    resend: true,
    entries: [entry],
    cancel_requested: false,
  });
});

Deno.test("WorkerApi reports that nothing is left when the batch id is null", async () => {
  await using database = startReceiver(() =>
    Response.json({ batch_id: null, resend: false, entries: [], cancel_requested: false })
  );
  assert.equal((await apiAt(database.url).reserveEntries(100)).batch_id, null);
});

for (
  const [name, answer] of [
    ["a batch without entries", { batch_id: batchId, resend: false, entries: [], cancel_requested: false }],
    ["no object", []],
    ["a missing field", { batch_id: batchId }],
  ] as const
) {
  Deno.test(`WorkerApi throws unexpected_answer when the database answers with ${name}`, async () => {
    await using database = startReceiver(() => Response.json(answer));
    await assert.rejects(apiAt(database.url).reserveEntries(100), { code: "unexpected_answer" });
  });
}

for (
  const [status, code, message, expected] of [
    [401, "PT401", "invalid_token", "invalid_token"],
    [409, "PT409", "already_claimed", "already_claimed"],
    [409, "PT409", "attempt_not_current", "attempt_not_current"],
    [422, "PT422", "invalid_worker_request", "invalid_worker_request"],
    // A gateway that refuses our key says nothing about the token.
    [401, "", "Invalid API key", "database_error"],
    [404, "PGRST202", "Could not find the function", "database_error"],
  ] as const
) {
  Deno.test(`WorkerApi throws ${expected} at once when it is answered ${status} ${code} ${message}`, async () => {
    await using database = startReceiver(failing(status, code, message));
    await assert.rejects(apiAt(database.url).recordResults(batchId, []), (error: SyncError) => {
      assert.equal(error.code, expected);
      assert.ok(!JSON.stringify([error.message, error.details]).includes(attempt.token));
      return true;
    });
    assert.equal(database.requests.length, 1);
  });
}

const down = failing(503, "PGRST001", "no connection");
const badGateway = () => new Response("<html>Bad Gateway</html>", { status: 502 });

Deno.test("WorkerApi repeats reserve, record, finish and a checkpoint when the database was away for a moment", async () => {
  const nothing = () => Response.json({ batch_id: null, cancel_requested: false });
  for (
    const [call, answer] of [
      [(api: WorkerApi) => api.reserveEntries(1), nothing],
      [(api: WorkerApi) => api.recordResults(batchId, []), () => Response.json(recorded)],
      [(api: WorkerApi) => api.finish({ outcome: "succeeded" }), () => Response.json(finished)],
      [
        (api: WorkerApi) => api.heartbeat({ at: 7 }),
        () => Response.json({ cancel_requested: false, lease_expires_at: "2026-11-23T10:00:00+00:00" }),
      ],
    ] as const
  ) {
    await using database = inTurn(down, badGateway, answer);
    await call(apiAt(database.url));
    assert.equal(database.requests.length, 3);
    assert.equal(new Set(database.requests.map(({ body }) => body)).size, 1);
  }
});

Deno.test("WorkerApi does not repeat a claim or a mere heartbeat when the database is away", async () => {
  await using database = startReceiver(down);
  const api = apiAt(database.url);
  await assert.rejects(api.claim(boot), { code: "database_restarting" });
  await assert.rejects(api.heartbeat(null), { code: "database_restarting" });
  assert.equal(database.requests.length, 2);
});

Deno.test("WorkerApi gives up when the database stays away", async () => {
  await using database = startReceiver(down);
  await assert.rejects(apiAt(database.url).finish({ outcome: "succeeded" }), {
    code: "database_restarting",
  });
  assert.equal(database.requests.length, 6);
});

for (
  const [status, code, expected] of [
    [500, "53100", "database_full"],
    [405, "25006", "database_read_only"],
    [500, "57P01", "database_restarting"],
    [503, "57P03", "database_restarting"],
    [503, "PGRST000", "database_restarting"],
    [504, "PGRST003", "database_unreachable"],
    [500, "53200", "database_unreachable"],
  ] as const
) {
  Deno.test(`WorkerApi throws ${expected} when the database goes on to answer ${status} ${code}`, async () => {
    await using database = startReceiver(failing(status, code, "of the database"));
    await assert.rejects(apiAt(database.url).recordResults(batchId, []), { code: expected });
    assert.equal(
      database.requests.length,
      6,
      "what only the worker knows is said for as long as a restart takes",
    );
  });
}

Deno.test("WorkerApi reports with a claim what the database could not write down", async () => {
  await using database = startReceiver(() => Response.json(testClaim()));
  const at = "2026-11-29T12:00:00.000Z";
  const trouble = { code: "database_full", since: at, until: at } as const;
  await apiAt(database.url).claim(boot, trouble);
  assert.deepEqual(JSON.parse(database.requests[0]?.body ?? "").database_trouble, trouble);
});

Deno.test("WorkerApi throws database_unreachable when the connection is dropped", async () => {
  await using database = startRawReceiver((connection) => connection.close());
  await assert.rejects(apiAt(database.url).heartbeat(null), { code: "database_unreachable" });
});

Deno.test("WorkerApi throws database_unreachable when the answer does not come in time", async () => {
  const done = Promise.withResolvers<Response>();
  await using database = startReceiver(() => done.promise);
  await assert.rejects(apiAt(database.url, 50).claim(boot), { code: "database_unreachable" });
  done.resolve(new Response());
});

Deno.test("WorkerApi stops with the signal's reason when it is aborted", async () => {
  const lost = new AbortController();
  const done = Promise.withResolvers<Response>();
  await using database = startReceiver(() => {
    lost.abort(new Error("the lease is lost"));
    return done.promise;
  });
  const call = apiAt(database.url).recordResults(batchId, [], lost.signal);
  await assert.rejects(call, { message: "the lease is lost" });
  done.resolve(new Response());
  assert.equal(database.requests.length, 1);
});

Deno.test("WorkerApi spells out the class, the hint, the blame and the checkpoint when an attempt failed", async () => {
  await using database = startReceiver(() =>
    Response.json({ status: "pending", next_attempt_at: "2026-11-23T10:00:30+00:00" })
  );
  const api = apiAt(database.url);
  const failure = {
    class: "rate_limited",
    code: "busy",
    message: "m".repeat(600),
    retry_after_seconds: 30,
  } as const;
  const answer = await api.finish({ outcome: "failed", failure, checkpoint: { page: 7 } });
  assert.equal(answer.next_attempt_at, Date.parse("2026-11-23T10:00:30Z"));
  assert.deepEqual(JSON.parse(database.requests[0]?.body ?? ""), {
    ...attempt,
    outcome: "failed",
    error_class: "rate_limited",
    error_code: "busy",
    error_message: "m".repeat(500),
    retry_after_seconds: 30,
    blames: "quota",
    checkpoint: { page: 7 },
    first_vendor_byte_ms: null,
  });
});

Deno.test("WorkerApi names the class alone when an attempt that was rate limited on its way has succeeded", async () => {
  await using database = startReceiver(() => Response.json({ status: "succeeded", next_attempt_at: null }));
  await apiAt(database.url).finish({ outcome: "succeeded" }, 12, true);
  assert.deepEqual(JSON.parse(database.requests[0]?.body ?? ""), {
    ...attempt,
    outcome: "succeeded",
    error_class: "rate_limited",
    error_code: null,
    error_message: null,
    retry_after_seconds: null,
    checkpoint: null,
    first_vendor_byte_ms: 12,
  });
});
