import assert from "node:assert/strict";
import { delay } from "../../../local/wait.ts";
import type { Reservation } from "../../../supabase/functions/integration-sync/database/worker_answers.ts";
import { Refused } from "./calls.ts";
import { FAILED_SLICES, HEARTBEATS, LARGEST_BATCH, LONGEST_SLICE, PAUSE } from "./plan.ts";
import type { Dispatch } from "./dispatches.ts";
import type { Random } from "./random.ts";
import type { Vendor } from "./vendor.ts";
import { errorClasses } from "../../../supabase/functions/integration-sync/core/errors.ts";
import { type Ending, type Result, type WorkerCalls, workerCalls } from "./worker_calls.ts";
import { attemptName, type Life, type World } from "./world.ts";

/** The isolate is gone, or its worker stops because its lease is over: in both cases without another word. */
class Died extends Error {}

type Batch = Extract<Reservation, { batch_id: string }>;

/**
 * Works off one delivery as the Edge Function would, but may die between any two steps. It keeps the two rules that
 * the engine relies on: it asks before it repeats a send, where it can ask, and begins no such send after its lease.
 */
export async function work(world: World, random: Random, dispatch: Dispatch): Promise<void> {
  const life: Life = { runId: dispatch.run_id, attempt: dispatch.attempt, lapsed: false };
  // Before the claim: fate takes a worker that is not listed for dead.
  world.lives.add(life);
  try {
    await new Worker(world, random, life, workerCalls(world, random, dispatch)).run();
  } catch (error) {
    if (!(error instanceof Died || error instanceof Refused)) throw error;
  } finally {
    world.lives.delete(life);
  }
}

class Worker {
  constructor(
    readonly world: World,
    readonly random: Random,
    readonly life: Life,
    readonly calls: WorkerCalls,
  ) {}

  async run(): Promise<void> {
    const { world, random, calls } = this;
    const claim = await calls.claim();
    const attempt = attemptName(this.life.runId, this.life.attempt);
    assert.ok(!world.claimed.has(attempt), `${attempt} is claimed twice`);
    world.claimed.add(attempt);
    const vendor = world.members.get(claim.integration_id)?.vendor;
    assert.ok(vendor, "the claim names an integration of the campaign");
    let cancelled = claim.cancel_requested;
    for (let batches = random.upTo(LONGEST_SLICE);; batches--) {
      await this.mayDie();
      if (cancelled) return await calls.finish({ outcome: "cancelled" });
      if (batches === 0) return await calls.finish(this.endOfSlice());
      const batch = await calls.reserve(random.upTo(LARGEST_BATCH));
      if (batch.batch_id === null) {
        return await calls.finish({ outcome: batch.paused === true ? "paused" : "succeeded" });
      }
      await this.mayDie();
      if (random.chance(HEARTBEATS)) await calls.heartbeat();
      const results = batch.cancel_requested ? giveBack(openOf(batch)) : await this.export(vendor, batch);
      await this.mayDie();
      // It says that it has succeeded while its batch is open: the engine must not take its word for it.
      if (world.happens("worker_finishes_early", random)) return await calls.finish({ outcome: "succeeded" });
      const reported = world.happens("result_left_out", random) ? results.slice(1) : results;
      cancelled = (await calls.record(batch.batch_id, reported)).cancel_requested;
      if (random.chance(HEARTBEATS)) await calls.heartbeat();
    }
  }

  private async export(vendor: Vendor, batch: Batch): Promise<Result[]> {
    const { world, random } = this;
    // A system that can be asked gets what is open, one with keys the whole batch again.
    const entries = vendor.kind === "lookup" ? openOf(batch) : batch.entries;
    let open = openOf(batch).map((entry) => entry.entry_key);
    if (open.length < batch.entries.length) world.count(`${vendor.kind}: batch with settled entries`);
    let found: ReadonlySet<string> = new Set();
    if (batch.resend) world.count(`${vendor.kind}: batch sent again`);
    if (vendor.kind === "lookup" && batch.resend) {
      found = vendor.lookup(open);
      open = open.filter((key) => !found.has(key));
      await this.dawdle();
    }
    const results: Result[] = [...found].map((entry_key) => ({ entry_key, state: "exported" }));
    // Said of a repetition too, though the first send may have been taken: the engine has to know better.
    if (world.happens("vendor_throttles", random)) return [...results, ...giveBack(open.map(named))];

    // A system without keys has no batches either: it can be left in the middle of one.
    const content = entries.map(({ entry_key, payload }) => ({ entry_key, payload }));
    const requests = vendor.kind === "lookup"
      ? content.filter((entry) => open.includes(entry.entry_key)).map((entry) => [entry])
      : [content];
    for (const request of requests) {
      await this.mayDie();
      await this.dawdle();
      // A request under a key may even arrive after the lease.
      if (vendor.kind === "lookup" && this.life.lapsed) throw new Died();
      for (const [entry_key, answer] of vendor.send(batch.batch_id, request)) {
        if (!open.includes(entry_key)) continue;
        const lost = world.happens("vendor_answer_lost", random);
        results.push({ entry_key, state: lost ? "unknown" : answer });
      }
    }
    return results;
  }

  private endOfSlice(): Ending {
    const { world, random } = this;
    if (world.phase === "chaos" && random.chance(FAILED_SLICES)) {
      const error_class = random.pick(errorClasses);
      return { outcome: "failed", error_class };
    }
    return random.chance(0.5) ? { outcome: "continued" } : { outcome: "continued", checkpoint: "half" };
  }

  private async mayDie(): Promise<void> {
    if (this.world.happens("worker_killed", this.random)) throw new Died();
    if (this.world.happens("worker_stalled", this.random)) await delay(this.random.upTo(PAUSE.stall));
  }

  private dawdle(): Promise<void> {
    return delay(this.random.upTo(PAUSE.vendor));
  }
}

function openOf(batch: Batch): Batch["entries"] {
  return batch.entries.filter((entry) => !entry.settled);
}

const named = (entry_key: string) => ({ entry_key });

function giveBack(entries: readonly { entry_key: string }[]): Result[] {
  return entries.map(({ entry_key }) => ({ entry_key, state: "pending" }));
}
