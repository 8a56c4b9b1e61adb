import type { Clock } from "../core/clock.ts";
import { connectors } from "../connectors/registry.ts";
import { createWorkerApi } from "../database/worker_api.ts";
import { runSlice, type SliceEnd } from "./run_slice.ts";

const id = "00000000-0000-4000-8000-000000000000";
const attempt = { run_id: id, attempt: 1, token: "rehearsal" };
const progress = { cancel_requested: false, entries_total: 1, entries_done: 0, entries_failed: 0 };
const claim = {
  ...progress,
  org_id: id,
  integration_id: id,
  integration_type: "webhook",
  config: { url: "https://rehearsal.invalid/" },
  address: { url: "https://rehearsal.invalid/" },
  credentials: { signing_secret: `whsec_${btoa("0".repeat(32))}` },
  checkpoint: null,
  lease_seconds: 60,
  heartbeat_seconds: 15,
  slice_seconds: 60,
};
const entry = {
  entry_key: "rehearsal",
  period: "2026-01",
  document_number: "1",
  payload: {},
  settled: false,
};

/**
 * Works off one made-up entry, with a database and a receiver inside the isolate: no request leaves it. Modules are
 * loaded when the isolate boots. This compiles the schemas and runs the code. The first slice would else do so in the
 * time of its claim and its first batch.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { systemClock } from "../core/clock.ts";
 * import { rehearse } from "./rehearse.ts";
 *
 * assert.deepEqual(await rehearse({ clock: systemClock, random: Math.random }), { outcome: "succeeded" });
 * ```
 */
export async function rehearse(
  outside: { readonly clock: Clock; readonly random: () => number },
): Promise<SliceEnd> {
  const batches: unknown[] = [{ ...progress, batch_id: id, resend: false, entries: [entry] }];
  const answers: Readonly<Record<string, () => unknown>> = {
    sync_worker_claim: () => claim,
    sync_worker_reserve_entries: () => batches.shift() ?? { ...progress, batch_id: null },
    sync_worker_record_results: () => progress,
    sync_worker_finish: () => ({ status: "succeeded", next_attempt_at: null }),
  };
  const rpc = (name: string): Promise<unknown> => Promise.resolve(answers[name]?.());
  const api = createWorkerApi({ ...outside, attempt, rpc });
  return await runSlice(
    api,
    await api.claim({ boot_id: id, boot_ms: 0, cold_start: false }),
    outside.clock.elapsed(),
    {
      ...outside,
      connectors,
      fetch: () => Promise.resolve(new Response(null, { status: 204 })),
      log: () => {},
      retiring: new AbortController().signal,
    },
  );
}
