import assert from "node:assert/strict";
import { type ConnectorDefinition, defineConnector } from "../connectors/connector.ts";
import { allEntries } from "../vouchers/entries.ts";
import { type Blames, type Failure, failure } from "../core/errors.ts";
import { finishCheck } from "../database/check_api.ts";
import { FakeClock } from "../testing/fake_clock.ts";
import { testBatch, testClaim } from "../testing/fake_worker_api.ts";
import { createWorkerApi } from "../database/worker_api.ts";
import { runCheck } from "./run_check.ts";
import { runSlice } from "./run_slice.ts";

type OwnDefinition = ConnectorDefinition<null, null, never>;

const id = "00000000-0000-4000-8000-000000000001";

/** A connector that the engine has never heard of, for a system where everything fails like this. */
function ownConnector(why: Failure, changes: Partial<OwnDefinition> = {}) {
  return defineConnector({
    type: "ledgerline",
    addressKeys: [],
    targets: () => [],
    parseConfig: () => null,
    parseCredentials: () => null,
    connect: () => ({
      batchSize: 10,
      ping: () => Promise.resolve({ ok: false, failure: why }),
      export: (_context, { entries }) =>
        Promise.resolve({ results: allEntries(entries, "unknown"), failure: why }),
    }),
    ...changes,
  });
}

/** What the database receives at the end of a run, and at the end of a connection check. */
async function reported(why: Failure, changes: Partial<OwnDefinition> = {}): Promise<unknown[]> {
  const connectors = [ownConnector(why, changes)];
  const clock = new FakeClock();
  const tools = { connectors, clock, random: () => 0, fetch, log: () => {} };
  const ends: unknown[] = [];
  const rpc = (name: string, parameters: Readonly<Record<string, unknown>>) => {
    if (name.startsWith("sync_worker_finish")) ends.push(parameters["blames"]);
    if (name === "sync_worker_reserve_entries") {
      return Promise.resolve({ ...testBatch(1, ["a"]), cancel_requested: false });
    }
    if (name === "sync_worker_finish") return Promise.resolve({ status: "failed", next_attempt_at: null });
    return Promise.resolve({
      cancel_requested: false,
      entries_total: 1,
      entries_done: 0,
      entries_failed: 0,
      recorded: true,
    });
  };
  const claim = testClaim({ integration_type: "ledgerline" });
  const api = createWorkerApi({
    attempt: { run_id: id, attempt: 1, token: "t" },
    rpc,
    clock,
    random: () => 0,
  });
  await runSlice(api, claim, 0, { ...tools, retiring: new AbortController().signal });
  const end = await runCheck({ ...claim, timeout_seconds: 15 }, tools);
  await finishCheck(rpc, { integration_id: id, token: "t" }, end, tools);
  return ends;
}

for (const blames of ["vendor", "quota", "configuration", "entry", "nobody"] as const) {
  Deno.test(`the function reports ${blames} when an own connector blames it, whatever the class`, async () => {
    for (const errorClass of ["transient", "rate_limited", "ambiguous", "permanent"] as const) {
      assert.deepEqual(
        await reported(failure(errorClass, "ledgerline_oops", "In words.", null, blames)),
        [blames, blames],
      );
    }
  });
}

Deno.test("the function decides by the class when an own connector does not say what a failure is about", async () => {
  const byClass = {
    transient: "vendor",
    ambiguous: "vendor",
    rate_limited: "quota",
    permanent: "configuration",
  };
  for (const [errorClass, blames] of Object.entries(byClass)) {
    const why = failure(errorClass as Failure["class"], "ledgerline_oops", "In words.");
    assert.deepEqual(await reported(why), [blames, blames]);
  }
});

Deno.test("the function decides by the class when an own connector reports what the database would refuse", async () => {
  const why = failure("rate_limited", "ledgerline_oops", "In words.", null, "tenant" as Blames);
  assert.deepEqual(await reported(why), ["quota", "quota"]);
});

Deno.test("the function blames `nobody` when an own connector breaks", async () => {
  const breaks = () => {
    throw new Error("x is undefined");
  };
  const why = failure("transient", "unused", "Unused.");
  assert.deepEqual(await reported(why, { connect: breaks }), ["nobody", "nobody"]);
});
