import assert from "node:assert/strict";
import type { Fault } from "../../../../local/vendors/business_central/business_central.ts";
import { Outbox } from "../../../../supabase/functions/integration-sync/testing/outbox_worker_api.ts";
import { runSlice } from "../../../../supabase/functions/integration-sync/jobs/run_slice.ts";
import { assertPostedOnce, type BusinessCentralTest, expense, startBusinessCentralTest } from "./tenant.ts";

const seeds = Number(Deno.env.get("BUSINESS_CENTRAL_SEEDS") ?? 4);
const firstSeed = Number(Deno.env.get("BUSINESS_CENTRAL_FIRST_SEED") ?? 1);

/** mulberry32: a seed names a schedule, so that a failure can be run again. */
function randomOf(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

function faultOf(random: () => number): Fault {
  const pick = <T>(choices: readonly T[]): T => choices[Math.floor(random() * choices.length)] as T;
  const on = pick(["batch", "post", "post", "post", "write", "read", "ledger", "token"] as const);
  return pick<Fault>([
    { on, kind: "drop" },
    { on: "post", kind: "apply_then_drop" },
    { on: "batch", kind: "apply_then_drop" },
    { on, kind: "apply_then_status", status: pick([408, 409, 500, 502, 503, 504]) },
    { on: "post", kind: "apply_then_status", status: 504 },
    { on: "batch", kind: "apply_part_then_drop", operations: Math.floor(random() * 15) },
    { on: pick(["batch", "post"] as const), kind: "apply_later" },
    { on, kind: "status", status: 429 },
    { on, kind: "status", status: 429, headers: { "retry-after": "3" } },
    { on, kind: "status", status: pick([502, 503]), headers: { "retry-after": "20" } },
    { on, kind: "status", status: 401 },
    { on, kind: "status", status: 418, text: "<html>I'm a teapot</html>" },
  ]);
}

/** Runs attempt after attempt, as the engine would, until nothing is open. */
async function exportAll(
  bench: BusinessCentralTest,
  outbox: Outbox,
  random: () => number,
): Promise<string[]> {
  const { fake, clock } = bench;
  const story: string[] = [];
  let faults = 20;
  for (let attempt = 1; attempt <= 80 && outbox.open > 0; attempt++) {
    let untilKilled = random() < 0.3 ? Math.floor(random() * 12) : Infinity;
    const killed = () => {
      throw new TypeError("The isolate is gone.");
    };
    bench.beforeRequest = () => {
      if (faults > 0 && random() < 0.2) faults--, fake.misbehave(faultOf(random));
      if (random() < 0.1) fake.carryOutLate();
      if (random() < 0.03) fake.revokeTokens();
      if (--untilKilled > 0) return;
      // The request goes out and its answer is lost, or it never goes out.
      outbox.abandon();
      if (untilKilled < 0 || random() < 0.5) killed();
    };
    const end = await bench.run(
      runSlice(outbox.begin(), outbox.claim({ integration_type: "dynamics", ...bench }), clock.elapsed(), {
        connectors: [bench.connector],
        clock,
        random,
        fetch: async (input, init) => {
          const response = await bench.fetch(input, init);
          return untilKilled <= 0 ? killed() : response;
        },
        log: () => {},
        retiring: new AbortController().signal,
      }),
    );
    outbox.abandon();
    story.push(
      end.outcome === "failed" ? `${end.failure.code} ${end.failure.retry_after_seconds}` : end.outcome,
    );
    const hint = end.outcome === "failed" ? end.failure.retry_after_seconds ?? 0 : 0;
    const wait = Math.max(hint, random() * 120) * 1000;
    await clock.advance(wait / 2);
    // What Business Central still has in its queue is carried out within ten minutes, or never.
    if (wait > 300_000 || random() < 0.5) fake.carryOutLate();
    await clock.advance(wait / 2);
    // A run that gave up: the next one knows nothing of it.
    if (random() < 0.1) outbox.checkpoint = null;
  }
  return story;
}

Deno.test(`every voucher is posted once when ${seeds} schedules of faults are drawn`, async (t) => {
  for (let seed = firstSeed; seed < firstSeed + seeds; seed++) {
    await t.step(`seed ${seed}`, async () => {
      const random = randomOf(seed);
      await using bench = await startBusinessCentralTest({ batch_size: 1 + Math.floor(random() * 8) });
      const { fake } = bench;
      fake.batchMode = (["documented", "stop", "revert"] as const)[seed % 3] ?? "stop";
      fake.state.visibilityDelay = [0, 3000, 40_000, 240_000][Math.floor(random() * 4)] ?? 0;
      fake.state.pageSize = random() < 0.3 ? 5 : 20_000;
      const good = Array.from({ length: 12 }, (_, index) => expense(index + 1));
      const bad = { ...expense(99), payload: { ...expense(99).payload as object } };
      Object.assign(bad.payload, {
        lines: [{ account: "6860", debit: "1.00" }, { account: "9999", credit: "1.00" }],
      });
      const outbox = new Outbox([...good.slice(0, 5), bad, ...good.slice(5)]);
      const story = await exportAll(bench, outbox, random);
      const states = outbox.rows.map(({ state, entry }) => `${entry.entry_key} ${state}`);
      assert.equal(outbox.open, 0, `${story.join("\n")}\n${states.join("\n")}`);
      fake.carryOutLate();
      assertPostedOnce(bench, good);
      // Nothing is there that could be posted a second time.
      assert.deepEqual(fake.journal.lines, []);
      assert.deepEqual(
        outbox.rows.filter(({ state }) => state === "rejected").map(({ entry }) => entry.entry_key),
        [bad.entry_key],
      );
      assert.ok(fake.busiest <= 5);
    });
  }
});
