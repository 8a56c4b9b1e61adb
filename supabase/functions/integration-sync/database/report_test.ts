/** What the function reports may hold anything an external system says: it is cut to what the database takes. */
import assert from "node:assert/strict";
import { failure } from "../core/errors.ts";
import { FakeClock } from "../testing/fake_clock.ts";
import { finishAlerts } from "./alerts_api.ts";
import { finishCheck } from "./check_api.ts";
import type { WorkerRpc } from "./worker_rpc.ts";

const id = "00000000-0000-4000-8000-0000000000b1";
const outside = { clock: new FakeClock(), random: () => 0 };

/** Calls, and returns what reached the database. */
async function saidBy(call: (rpc: WorkerRpc) => Promise<void>): Promise<Record<string, unknown>> {
  let said: Record<string, unknown> = {};
  await call((_name, parameters) => Promise.resolve(void (said = parameters)));
  return said;
}

Deno.test("finishCheck reports a failure whole, with a message of at most 500 characters", async () => {
  const why = failure("permanent", "test_refused", "m".repeat(501));
  const said = await saidBy((rpc) =>
    finishCheck(
      rpc,
      { integration_id: id, token: "t" },
      { outcome: "failed", failure: why, latency_ms: 40, is_guess: true },
      outside,
    )
  );
  assert.deepEqual(said, {
    integration_id: id,
    token: "t",
    outcome: "failed",
    error_class: "permanent",
    blames: "configuration",
    error_code: "test_refused",
    error_message: "m".repeat(500),
    latency_ms: 40,
    is_guess: true,
  });
});

Deno.test("finishAlerts reports what became of each message, with an error of at most 200 characters", async () => {
  const result = { message_id: id, outcome: "failed", status: 500, retry_after_seconds: 60 } as const;
  const said = await saidBy((rpc) =>
    finishAlerts(
      rpc,
      { org_id: id, token: "t" },
      [{ ...result, error: "e".repeat(201) }, { ...result, error: null }],
      outside,
    )
  );
  assert.deepEqual(said, {
    org_id: id,
    token: "t",
    results: [{ ...result, error: "e".repeat(200) }, { ...result, error: null }],
  });
});
