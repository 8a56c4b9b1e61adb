import { systemClock } from "../../supabase/functions/integration-sync/core/clock.ts";
import { connectors } from "../../supabase/functions/integration-sync/connectors/registry.ts";
import { testClaim } from "../../supabase/functions/integration-sync/testing/fake_worker_api.ts";
import { runSlice } from "../../supabase/functions/integration-sync/jobs/run_slice.ts";
import { StreamOutbox } from "./stream_outbox.ts";
import type { Target } from "./vendors.ts";

/** How an export is measured. */
export interface ExportOptions {
  /** Begins the keys of the entries: no two exports to one vendor may have the same. */
  readonly name: string;
  readonly count: number;
  readonly fetch?: typeof fetch;
  /** False skips the short sleeps. */
  readonly sleeps?: boolean;
  readonly onBatch?: () => void;
}

/** Exports entries by the real slice and connector, slice after slice, until all are exported. */
export async function exportAll(target: Target, options: ExportOptions): Promise<void> {
  const { name, count, sleeps = true } = options;
  const outbox = new StreamOutbox(name, count);
  const clock = sleeps ? systemClock : { ...systemClock, sleep: skip };
  while (outbox.exported < count) {
    const claim = testClaim({
      integration_type: target.integrationType,
      config: target.config,
      credentials: target.credentials,
      checkpoint: outbox.checkpoint,
    });
    const end = await runSlice(outbox.api(options.onBatch), claim, clock.elapsed(), {
      connectors,
      clock,
      random: Math.random,
      fetch: options.fetch ?? fetch,
      log: () => {},
      retiring: new AbortController().signal,
    });
    if (end.outcome === "abandoned") throw end.error;
    if (end.outcome !== "failed") continue;
    const { class: kind, message, retry_after_seconds } = end.failure;
    if (kind !== "rate_limited") throw new Error(message);
    await clock.sleep((retry_after_seconds ?? 0) * 1000);
  }
}

/** Short sleeps end at once; those of heartbeats and leases go on. */
function skip(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return systemClock.sleep(milliseconds <= 10_000 ? 0 : milliseconds, signal);
}
