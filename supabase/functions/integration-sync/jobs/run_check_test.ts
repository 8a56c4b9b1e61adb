import assert from "node:assert/strict";
import { defineConnector, type PingOutcome } from "../connectors/connector.ts";
import { failure, SyncError } from "../core/errors.ts";
import { FakeClock } from "../testing/fake_clock.ts";
import type { CheckClaim } from "../database/worker_answers.ts";
import { runCheck } from "./run_check.ts";

const secret = "hemmelig-api-token-4711";
const claim: CheckClaim = {
  org_id: "00000000-0000-4000-8000-0000000000a1",
  integration_id: "00000000-0000-4000-8000-0000000000b1",
  integration_type: "test",
  config: {},
  credentials: { token: secret },
  timeout_seconds: 15,
};

function setUp(
  ping: (signal: AbortSignal) => Promise<PingOutcome>,
  parseCredentials: (raw: unknown) => unknown = () => null,
) {
  const clock = new FakeClock();
  const logged: string[] = [];
  const connector = defineConnector({
    type: "test",
    addressKeys: [],
    targets: () => [],
    parseConfig: () => null,
    parseCredentials,
    connect: () => ({
      batchSize: 1,
      ping: (context) => ping(context.signal),
      export: () => Promise.resolve({ results: [] }),
    }),
  });
  const log = (event: string, fields: object) => void logged.push(JSON.stringify({ event, ...fields }));
  const tools = { connectors: [connector], clock, random: () => 0, fetch, log };
  return {
    clock,
    logged,
    check: (changes: Partial<CheckClaim> = {}) => runCheck({ ...claim, ...changes }, tools),
  };
}

Deno.test("a check says answered and how long it took when the external system answers well", async () => {
  const { clock, check } = setUp(async () => {
    await clock.sleep(250);
    return { ok: true };
  });
  const end = check();
  await clock.advance(250);
  assert.deepEqual(await end, { outcome: "answered", latency_ms: 250 });
  assert.equal(clock.sleeping, 0, "nothing is left waiting");
});

Deno.test("a check says reached when the answer does not show that the credentials are good", async () => {
  const { check } = setUp(() => Promise.resolve({ ok: true, reachedOnly: true }));
  assert.deepEqual(await check(), { outcome: "reached", latency_ms: 0 });
});

Deno.test("a check hands on the connector's failure, without the credentials that the vendor quotes", async () => {
  const refused = failure("permanent", "test_refused", `Bad format for API token ${secret}.`);
  const { check, logged } = setUp(() => Promise.resolve({ ok: false, failure: refused }));
  assert.deepEqual(await check(), {
    outcome: "failed",
    failure: { ...refused, message: "Bad format for API token ***." },
    latency_ms: 0,
  });
  assert.ok(!logged.join().includes(secret));
});

Deno.test("a check hands on that its failure is a guess when the connector says so", async () => {
  const refused = failure("permanent", "test_redirect", "Elsewhere.");
  const { check } = setUp(() => Promise.resolve({ ok: false, failure: refused, isGuess: true }));
  assert.deepEqual(await check(), { outcome: "failed", failure: refused, latency_ms: 0, is_guess: true });
});

Deno.test("a check sends no request when the connector refuses the credentials", async () => {
  let pings = 0;
  const { check } = setUp(() => Promise.resolve({ ok: ++pings > 0 } as PingOutcome), () => {
    throw new SyncError("invalid_credentials", "The token is not valid: token is missing.");
  });
  const end = await check();
  assert.ok(end.outcome === "failed");
  assert.deepEqual([end.failure.class, end.failure.code, end.failure.message, end.latency_ms, pings], [
    "permanent",
    "invalid_credentials",
    "The token is not valid: token is missing.",
    null,
    0,
  ]);
});

Deno.test("a check fails as no_connector when nothing exports to this type", async () => {
  const end = await setUp(() => Promise.resolve({ ok: true })).check({ integration_type: "fax" });
  assert.equal(end.outcome === "failed" && end.failure.code, "no_connector");
});

for (
  const [what, ping] of [
    ["hangs", () => new Promise<PingOutcome>(() => {})],
    [
      "heeds the signal",
      (signal: AbortSignal) =>
        new Promise<PingOutcome>((_, reject) =>
          signal.addEventListener("abort", () => reject(signal.reason))
        ),
    ],
  ] as const
) {
  Deno.test(`a check is over in its time when the connector ${what}`, async () => {
    const { clock, check } = setUp(ping);
    const end = check();
    await clock.advance(14_999);
    assert.equal(clock.sleeping, 1, "it waits for its whole time");
    await clock.advance(1);
    const { outcome, ...rest } = await end;
    assert.ok(outcome === "failed" && "failure" in rest);
    assert.deepEqual([rest.failure.class, rest.failure.code, rest.latency_ms], [
      "transient",
      "check_timeout",
      null,
    ]);
  });
}

Deno.test("a check fails without a trace of the error when the connector breaks", async () => {
  const { check, logged } = setUp(() => Promise.reject(new TypeError(`fetch https://x/?key=${secret}`)));
  const end = await check();
  assert.equal(end.outcome === "failed" && end.failure.code, "worker_fault");
  assert.ok(logged[0]?.includes("TypeError"));
  assert.ok(!(JSON.stringify(end) + logged.join()).includes(secret));
});
