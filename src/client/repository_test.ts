import assert from "node:assert/strict";
import { nb } from "./messages/nb.ts";
import { SyncSchedulerRepository } from "./repository.ts";
import { SyncSchedulerError } from "./sync_scheduler_error.ts";
import { type FakeAnswer, fakeApi, refusal } from "./testing/fake_api.ts";
import { aRun } from "./testing/run.ts";
import { TestEnvironment } from "./testing/test_environment.ts";

const started: FakeAnswer = { status: 200, body: aRun() };
const brokenServer: FakeAnswer = { status: 502, body: { message: "bad gateway" } };
const active = {
  run_id: "r-9",
  status: "running",
  started_at: "2026-11-25 11:58:00+00",
  triggered_by: "schedule",
};

function setUp(...answers: FakeAnswer[]) {
  const environment = new TestEnvironment();
  const { supabase, sent } = fakeApi(...answers);
  const options = { environment, nameOf: (id: string) => id === "kari" ? "Kari" : null };
  return { environment, sent, supabase, options, syncs: new SyncSchedulerRepository(supabase, options) };
}

async function failure(promise: Promise<unknown>): Promise<SyncSchedulerError> {
  const error: unknown = await promise.then(() => null, (error) => error);
  assert.ok(error instanceof SyncSchedulerError, `no SyncSchedulerError but ${error}`);
  return error;
}

Deno.test("a press calls trigger_integration_sync with the organisation, the type and a key of its own", async () => {
  const { syncs, sent } = setUp(started);
  const run = await syncs.triggerManualSync("o-1", "xledger");
  await syncs.triggerManualSync("o-1", "xledger");
  assert.equal(run.run_id, "r-1");
  const body = { org_id: "o-1", integration_type: "xledger", idempotency_key: "key-1" };
  const path = "/rest/v1/rpc/trigger_integration_sync";
  assert.deepEqual(sent, [
    { method: "POST", path, body },
    { method: "POST", path, body: { ...body, idempotency_key: "key-2" } },
  ]);
});

Deno.test("a press whose answer was lost goes out again under the same key", async () => {
  const { syncs, sent, environment } = setUp("no answer", brokenServer, started);
  const pressed = syncs.triggerManualSync("o-1", "xledger");
  await environment.pass(10_000);
  assert.equal((await pressed).run_id, "r-1");
  assert.deepEqual(sent.map(({ body }) => body), Array(3).fill(sent[0]?.body));
  assert.equal(environment.timers, 0);
});

Deno.test("a press without an answer is given up in the end", async () => {
  for (
    const [answer, code] of [["no answer", "network_unreachable"], [
      brokenServer,
      "server_unavailable",
    ]] as const
  ) {
    const { syncs, sent, environment } = setUp(answer);
    const pressed = failure(syncs.triggerManualSync("o-1", "xledger"));
    await environment.pass(60_000);
    assert.equal((await pressed).code, code);
    assert.equal(sent.length, 4);
  }
});

Deno.test("a request that hangs counts as lost", async () => {
  const { syncs, sent, environment } = setUp("never ends", started);
  const pressed = syncs.triggerManualSync("o-1", "xledger");
  await environment.pass(60_000);
  assert.equal((await pressed).run_id, "r-1");
  assert.equal(sent.length, 2);
});

Deno.test("what the database refuses is not asked twice", async () => {
  const missingUrl = refusal(503, "function_url_not_configured");
  for (
    const answer of [refusal(403, "not_authorized"), missingUrl, { status: 400, body: { code: "22P02" } }]
  ) {
    const { syncs, sent } = setUp(answer);
    await failure(syncs.triggerManualSync("o-1", "xledger"));
    assert.equal(sent.length, 1);
  }
});

Deno.test("a conflict names the active run, in a sentence for people", async () => {
  const { syncs } = setUp(refusal(409, "sync_already_in_progress", active));
  const error = await failure(syncs.triggerManualSync("o-1", "xledger"));
  assert.equal(error.code, "sync_already_in_progress");
  assert.deepEqual(error.activeRun, {
    runId: "r-9",
    status: "running",
    triggeredBy: "schedule",
    triggeredByUserId: null,
    startedAt: new Date("2026-11-25T11:58:00Z"),
  });
  assert.equal(error.message, "A scheduled sync started 2 minutes ago.");
});

Deno.test("a conflict with a person's run says the person's name, in the language of the repository", async () => {
  const details = { ...active, triggered_by: "manual", triggered_by_user_id: "kari" };
  const { supabase, options } = setUp(refusal(409, "sync_already_in_progress", details));
  const syncs = new SyncSchedulerRepository(supabase, { ...options, messages: nb });
  const error = await failure(syncs.triggerManualSync("o-1", "xledger"));
  assert.equal(error.message, "Kari startet en synkronisering for 2 minutter siden.");
});

Deno.test("whose run is active is looked up, because the conflict itself does not say", async () => {
  const found: FakeAnswer = {
    status: 200,
    body: [aRun({ run_id: "r-9", triggered_at: "2026-11-25 11:57:00+00" })],
  };
  const { syncs, sent } = setUp(
    refusal(409, "sync_already_in_progress", { ...active, triggered_by: "manual" }),
    found,
  );
  const error = await failure(syncs.triggerManualSync("o-1", "xledger"));
  assert.equal(error.message, "Kari started a sync 3 minutes ago.");
  assert.deepEqual([error.code, error.status, error.activeRun?.triggeredByUserId], [
    "sync_already_in_progress",
    409,
    "kari",
  ]);
  assert.equal((error.cause as { code: string }).code, "PT409");
  assert.equal(sent.length, 2);
});

Deno.test("a cooldown says how long and until when", async () => {
  const details = { retry_after_seconds: 125, retry_at: "2026-11-25T12:02:05+00:00" };
  const { syncs } = setUp(refusal(429, "rate_limited", details));
  const error = await failure(syncs.triggerManualSync("o-1", "xledger"));
  assert.deepEqual([error.retryAfterSeconds, error.retryAt], [125, new Date("2026-11-25T12:02:05Z")]);
  assert.equal(error.message, "There was a sync just now. Try again in 3 minutes.");
});

Deno.test("answers that are not ours become codes, with the answer as cause", async () => {
  const cases = [
    [401, { code: "PGRST303", message: "JWT expired" }, "not_authenticated"],
    [403, { code: "42501", message: "permission denied" }, "not_authorized"],
    [
      405,
      { code: "25006", message: "cannot execute UPDATE in a read-only transaction" },
      "database_read_only",
    ],
    [400, { code: "22P02", message: "invalid input syntax for type uuid" }, "unexpected_error"],
    [409, { code: "PT409", message: "constructor" }, "unexpected_error"],
    // A host's own error that happens to be called like one of ours.
    [400, { code: "P0001", message: "rate_limited" }, "unexpected_error"],
  ] as const;
  for (const [status, body, code] of cases) {
    const { syncs } = setUp({ status, body });
    const error = await failure(syncs.retryRun("r-1"));
    assert.deepEqual([error.code, error.status], [code, status]);
    assert.equal((error.cause as { message: string }).message, body.message);
  }
});

Deno.test("an aborted signal gives the request up, with the signal's reason", async () => {
  const { syncs, environment } = setUp("never ends");
  const abort = new AbortController();
  const pressed = syncs.triggerManualSync("o-1", "xledger", { signal: abort.signal });
  await environment.pass(1);
  abort.abort(new Error("left the page"));
  await assert.rejects(pressed, { message: "left the page" });
  assert.equal(environment.timers, 0);
});

Deno.test("an aborted signal ends the wait before a repetition", async () => {
  const { syncs, sent, environment } = setUp("no answer");
  const abort = new AbortController();
  const pressed = syncs.triggerManualSync("o-1", "xledger", { signal: abort.signal });
  await environment.pass(1);
  abort.abort(new Error("left the page"));
  await assert.rejects(pressed, { message: "left the page" });
  assert.deepEqual([sent.length, environment.timers], [1, 0]);
});

Deno.test("every other RPC gets its arguments by their names, and none that was left out", async () => {
  const { syncs, sent } = setUp({ status: 200, body: [] });
  const target = { org_id: "o-1", integration_type: "xledger" };
  const [from, to] = [new Date("2026-11-24T00:00:00Z"), new Date("2026-11-25T00:00:00Z")];
  await syncs.retryRun("r-1");
  await syncs.cancelRun("r-1");
  await syncs.cancelRun("r-1", { reason: "wrong month" });
  await syncs.pause("o-1", "xledger", { reason: "closing", resumeAt: to });
  await syncs.resume("o-1", "xledger");
  await syncs.resume("o-1", "xledger", { reason: "closed", pausedAt: "2026-11-25T12:00:00.123456+00:00" });
  await syncs.explainSlots("o-1", "xledger", { from, to });
  assert.deepEqual(sent.map(({ path, body }) => [path.replace("/rest/v1/rpc/", ""), body]), [
    ["retry_integration_sync", { run_id: "r-1", idempotency_key: "key-1" }],
    ["cancel_integration_sync", { run_id: "r-1" }],
    ["cancel_integration_sync", { run_id: "r-1", reason: "wrong month" }],
    ["pause_integration_sync", { ...target, reason: "closing", resume_at: "2026-11-25T00:00:00.000Z" }],
    ["resume_integration_sync", target],
    ["resume_integration_sync", {
      ...target,
      reason: "closed",
      paused_at: "2026-11-25T12:00:00.123456+00:00",
    }],
    ["explain_sync_slots", { ...target, from: from.toISOString(), to: to.toISOString() }],
  ]);
});

Deno.test("the answer to a pause has the run that waits for its end, if that can be read", async () => {
  const paused: FakeAnswer = { status: 200, body: { id: "i-1", paused_at: "2026-11-25 12:00:00+00" } };
  const waiting = aRun({ notice: "integration_paused" });
  for (
    const [answer, run] of [
      [{ status: 200, body: [waiting] }, waiting],
      [{ status: 200, body: [] }, null],
      [{ status: 403, body: { code: "42501", message: "permission denied" } }, null],
    ] as const
  ) {
    const { syncs, sent } = setUp(paused, answer);
    const row = await syncs.pause("o-1", "xledger");
    assert.deepEqual([row.id, row.active_run], ["i-1", run]);
    assert.match(
      sent[1]?.path ?? "",
      /org_id=eq\.o-1&integration_type=eq\.xledger&status=in\.\(pending,running\)/,
    );
  }
});

Deno.test("a run that the caller may not see and one that does not exist are the same error", async () => {
  const { syncs, sent } = setUp({ status: 200, body: [] });
  const error = await failure(syncs.getRun("r-404"));
  assert.equal(error.code, "not_authorized");
  assert.equal(sent[0]?.path, "/rest/v1/sync_run_log?select=*&run_id=eq.r-404");
});

Deno.test("a page ends with a cursor exactly when there are more runs, and the next begins behind it", async () => {
  const runs = [3, 2, 1].map((n) => aRun({ run_id: `r-${n}`, triggered_at: `2026-11-25 12:00:0${n}.5+00` }));
  const { syncs, sent } = setUp({ status: 200, body: runs }, { status: 200, body: runs.slice(2) });
  const first = await syncs.listRuns("o-1", { limit: 2, statuses: ["failed", "cancelled"] });
  assert.deepEqual(first.runs.map((run) => run.run_id), ["r-3", "r-2"]);
  const second = await syncs.listRuns("o-1", { limit: 2, cursor: first.next });
  assert.deepEqual([second.runs.length, second.next], [1, null]);
  const order = "&order=triggered_at.desc,run_id.desc&limit=3";
  const table = "/rest/v1/sync_run_log?select=*&org_id=eq.o-1";
  assert.deepEqual(sent.map(({ path }) => path), [
    `${table}&status=in.(failed,cancelled)${order}`,
    `${table}&triggered_at=lte.2026-11-25 12:00:02.5 00&or=(triggered_at.lt."2026-11-25 12:00:02.5 00",and(triggered_at.eq."2026-11-25 12:00:02.5 00",run_id.lt.r-2))${order}`,
  ]);
});

Deno.test("all slots of a period come, although the Data API gives a thousand at once", async () => {
  const begin = Date.parse("2026-11-01T00:00:00Z");
  const slots = (first: number, count: number) =>
    Array.from({ length: count }, (_, n) => ({
      scheduled_for: new Date(begin + (first + n) * 600_000).toISOString().replace("T", " ").replace(
        "Z",
        "+00",
      ),
      state: "ran",
      drift_seconds: "1.5",
    }));
  const { syncs, sent } = setUp({ status: 200, body: slots(0, 1000) }, {
    status: 200,
    body: slots(1000, 440),
  });
  const [from, to] = [new Date(begin), new Date(begin + 1440 * 600_000)];
  const explained = await syncs.explainSlots("o-1", "xledger", { from, to });
  assert.deepEqual([explained.length, explained[0]?.drift_seconds], [1440, 1.5]);
  assert.deepEqual(sent.map(({ body }) => (body as { from: string }).from), [
    "2026-11-01T00:00:00.000Z",
    "2026-11-07T22:30:00.001Z",
  ]);
});

Deno.test("a page is no longer than what the Data API gives at once", async () => {
  const { syncs, sent } = setUp({ status: 200, body: [] });
  await syncs.listRuns("o-1", { limit: 5_000 });
  assert.match(sent[0]?.path ?? "", /limit=1000$/);
});
