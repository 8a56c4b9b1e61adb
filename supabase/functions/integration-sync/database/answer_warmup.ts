import type { Boot } from "./worker_api.ts";
import type { WorkerRpc } from "./worker_rpc.ts";

/** The warm-up that a request carries; the token is its only authentication. */
export interface WarmupRef {
  /** The slot that is coming, as the database wrote it. */
  readonly scheduled_for: string;
  readonly token: string;
}

/**
 * Reports to the database that the isolate is up; throws SyncError. It reports once: a lost answer costs one slot in
 * the statistics.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { answerWarmup } from "./answer_warmup.ts";
 *
 * const said: unknown[] = [];
 * await answerWarmup(
 *   (name) => Promise.resolve(said.push(name)),
 *   { scheduled_for: "2026-11-23T10:00:00+00:00", token: "secret" },
 *   { boot_id: "00000000-0000-4000-8000-0000000000c1", boot_ms: 41.5, cold_start: true },
 * );
 * assert.deepEqual(said, ["sync_worker_warm"]);
 * ```
 */
export async function answerWarmup(rpc: WorkerRpc, warmup: WarmupRef, boot: Boot): Promise<void> {
  const { scheduled_for, token } = warmup;
  await rpc("sync_worker_warm", { scheduled_for, token, ...boot });
}
