/** What only this worker knows is repeated until the database has it, soon at first and then more rarely. */
import assert from "node:assert/strict";
import { SyncError } from "../core/errors.ts";
import { FakeClock } from "../testing/fake_clock.ts";
import { finishAlerts } from "./alerts_api.ts";
import { finishCheck } from "./check_api.ts";
import { createWorkerApi } from "./worker_api.ts";
import type { WorkerRpc } from "./worker_rpc.ts";

const org_id = "00000000-0000-4000-8000-0000000000a1";
const attempt = { run_id: "00000000-0000-4000-8000-000000000001", attempt: 1, token: "t" };

/** The longest waits between the calls to a database that never answers, and the names of the calls. */
async function waitsOf(
  call: (rpc: WorkerRpc, outside: { clock: FakeClock; random: () => number }) => Promise<unknown>,
): Promise<{ waits: number[]; calls: string[] }> {
  const waits: number[] = [];
  const calls: string[] = [];
  const clock = new FakeClock();
  clock.sleep = (milliseconds) => Promise.resolve(void waits.push(milliseconds));
  const rpc: WorkerRpc = (name) => {
    calls.push(name);
    return Promise.reject(new SyncError("database_unreachable", "down"));
  };
  await assert.rejects(call(rpc, { clock, random: () => 1 }), { code: "database_unreachable" });
  return { waits, calls };
}

const shortly = [250, 1_000, 3_000];
const longer = [...shortly, 10_000, 20_000];
const api = (rpc: WorkerRpc, outside: { clock: FakeClock; random: () => number }) =>
  createWorkerApi({ attempt, rpc, ...outside });

for (
  const [what, expected, call] of [
    ["the end of alerts", shortly, (rpc, outside) => finishAlerts(rpc, { org_id, token: "t" }, [], outside)],
    [
      "the end of a connection check",
      shortly,
      (rpc, outside) =>
        finishCheck(
          rpc,
          { integration_id: org_id, token: "t" },
          { outcome: "answered", latency_ms: 1 },
          outside,
        ),
    ],
    ["a reserve", shortly, (rpc, outside) => api(rpc, outside).reserveEntries(1)],
    ["a checkpoint", shortly, (rpc, outside) => api(rpc, outside).heartbeat({ page: 7 })],
    ["results", longer, (rpc, outside) => api(rpc, outside).recordResults("b", [])],
    ["the end of an attempt", longer, (rpc, outside) => api(rpc, outside).finish({ outcome: "succeeded" })],
    [
      "a claim",
      [],
      (rpc, outside) => api(rpc, outside).claim({ boot_id: "b", boot_ms: 1, cold_start: true }),
    ],
    ["a mere heartbeat", [], (rpc, outside) => api(rpc, outside).heartbeat(null)],
  ] as const satisfies readonly (readonly [string, readonly number[], Parameters<typeof waitsOf>[0]])[]
) {
  Deno.test(`${what} is repeated after ${expected.join(", ") || "nothing"} ms when the database is away`, async () => {
    const { waits, calls } = await waitsOf(call);
    assert.deepEqual(waits, expected);
    assert.equal(calls.length, expected.length + 1);
  });
}

for (const call of ["reserveEntries", "recordResults", "heartbeat"] as const) {
  Deno.test(`${call} is no longer repeated when the lease is lost`, async () => {
    const lost = new AbortController();
    let calls = 0;
    const clock = new FakeClock();
    const worker = createWorkerApi({
      attempt,
      rpc: () => {
        calls++;
        return Promise.reject(new SyncError("database_unreachable", "down"));
      },
      clock,
      random: () => 1,
    });
    const said = call === "reserveEntries"
      ? worker.reserveEntries(1, lost.signal)
      : call === "recordResults"
      ? worker.recordResults("b", [], lost.signal)
      : worker.heartbeat({ page: 7 }, lost.signal);
    const end = assert.rejects(said, { message: "the lease is lost" });
    await clock.advance(100);
    lost.abort(new Error("the lease is lost"));
    await clock.advance(60_000);
    assert.equal(calls, 1);
    await end;
  });
}

Deno.test("a reserve names the bytes of a batch and its entries only when there is a limit", async () => {
  const said: unknown[] = [];
  const worker = createWorkerApi({
    attempt,
    rpc: (_name, { batch_size, batch_bytes, entry_keys }) => {
      said.push([batch_size, batch_bytes, entry_keys]);
      return Promise.resolve({ batch_id: null, cancel_requested: false });
    },
    clock: new FakeClock(),
    random: () => 0,
  });
  await worker.reserveEntries(100);
  await worker.reserveEntries(1, undefined, ["a"], 4_096);
  assert.deepEqual(said, [[100, undefined, undefined], [1, 4_096, ["a"]]]);
});

Deno.test("results set a batch aside only when the slice does", async () => {
  const said: unknown[] = [];
  const worker = createWorkerApi({
    attempt,
    rpc: (_name, { set_aside }) => {
      said.push(set_aside);
      const progress = { entries_total: 1, entries_done: 0, entries_failed: 0 };
      return Promise.resolve({ cancel_requested: false, ...progress });
    },
    clock: new FakeClock(),
    random: () => 0,
  });
  for (const setsAside of [true, false, undefined]) {
    await worker.recordResults("b", [], undefined, setsAside);
  }
  assert.deepEqual(said, [true, undefined, undefined]);
});
