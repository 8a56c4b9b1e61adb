import type { ConnectorContext, OpenConnector } from "../connectors/connector.ts";
import { allEntries, type Batch, openEntries } from "../vouchers/entries.ts";
import { type Failure, failure } from "../core/errors.ts";
import type { Claim } from "../database/worker_answers.ts";
import type { Ending, WorkerApi } from "../database/worker_api.ts";
import { exportBatch, type SettledBatch } from "./export_batch.ts";
import type { Lease } from "./lease.ts";
import { createNarrowing } from "./narrow.ts";
import type { SliceTools } from "./run_slice.ts";
import { joinCheckpoint, type SliceMemory } from "./slice_memory.ts";

// A shorter hint is waited for here; a longer one is not worth an isolate, and a coordinator should see it.
const longestWaitSeconds = 10;
const shortestWaitSeconds = 1;

/** What the export of one slice works with. */
export interface ExportWork {
  readonly api: WorkerApi;
  readonly connector: OpenConnector;
  readonly context: ConnectorContext;
  readonly lease: Lease;
  readonly tools: Pick<SliceTools, "clock" | "log" | "retiring">;
  readonly claim: Pick<Claim, "entries_total" | "entries_done" | "entries_failed">;
  /** What an earlier slice of the run has left. */
  readonly memory: SliceMemory | null;
}

/**
 * Reserves, exports and records batch after batch until nothing is left or the slice is over.
 *
 * - A first send that is refused as a whole is recorded as `pending` before a smaller batch is reserved. Which one that
 *   is, {@linkcode createNarrowing} says.
 * - A batch that an earlier run left without an outcome has one try. If that settles it not, it is set aside for the rest
 *   of the run, where the connector allows it, and the next batches are sent.
 *
 * Throws when the lease is lost or the database refuses.
 */
export async function exportAll(work: ExportWork): Promise<Ending> {
  const { api, connector, context, lease, tools, claim } = work;
  const { sliceEntries = Infinity } = connector;
  const narrowing = createNarrowing(connector.batchSize, claim.entries_done > 0, work.memory?.narrowing);
  let setAside = work.memory?.set_aside ?? 0;
  let entries = 0;
  /** The refusal of a batch that was set aside. The run ends with it if no other batch is taken. */
  let unexplained: Failure | null = null;

  const checkpoint = () => {
    const memory = { narrowing: narrowing.memory(), set_aside: setAside };
    const isEmpty = work.memory === null && memory.narrowing === null && setAside === 0;
    return joinCheckpoint(isEmpty ? null : memory, context.checkpoint());
  };
  const failed = (why: Failure, stuckBatch?: string): Ending => ({
    outcome: "failed",
    failure: why,
    checkpoint: checkpoint(),
    ...(stuckBatch === undefined ? {} : { stuckBatch }),
  });

  while (true) {
    if (lease.cancelRequested) return { outcome: "cancelled" };
    if (isSliceOver(work, entries >= sliceEntries)) return { outcome: "continued", checkpoint: checkpoint() };
    const { size, only } = narrowing.next();
    const batch = await lease.hold((signal) =>
      api.reserveEntries(size, signal, only === null ? undefined : [only], connector.batchBytes)
    );
    if (batch.batch_id === null) {
      if (batch.paused === true) return { outcome: "paused", checkpoint: checkpoint() };
      if (only !== null) {
        // Withdrawn, or taken out otherwise, since its batch was refused.
        narrowing.settled(0, false);
        continue;
      }
      if (batch.refusal) return failed(refusesEverything(batch.refusal));
      return unexplained === null ? { outcome: "succeeded" } : failed(unexplained);
    }

    const unsound = batch.resend ? [] : connector.findUnsound?.(context, batch.entries) ?? [];
    if (unsound.length > 0) {
      // Recorded before anything is sent: what we refuse is never in a batch that was sent. The others are handed out anew.
      const rejected = new Set(unsound.map(({ entry_key }) => entry_key));
      const sound = batch.entries.filter(({ entry_key }) => !rejected.has(entry_key));
      const results = [...unsound, ...allEntries(sound, "pending")];
      await lease.hold((signal) => api.recordResults(batch.batch_id, results, signal));
      narrowing.settled(unsound.length, false);
      entries += unsound.length;
      continue;
    }

    // Cancelled between reserving and sending: the batch is given back as it came.
    const settled = lease.cancelRequested
      ? giveBack(batch)
      : await exportBatch(connector, context, batch, tools.log);
    const isIndependent = await mayBeSetAside(work, batch, settled);
    const setsAside = isIndependent && batch.left_over === true;
    // Whatever came back after the lease was lost belongs to the next attempt to find out.
    lease.signal.throwIfAborted();
    const progress = await lease.hold((signal) =>
      api.recordResults(batch.batch_id, settled.results, signal, setsAside)
    );

    entries += batch.entries.length;
    if (settled.refused !== null) {
      const { keys, isTooLarge, error } = settled.refused;
      const waiting = progress.entries_total - progress.entries_done - progress.entries_failed;
      if (narrowing.refused(keys, isTooLarge, waiting) === "everything") {
        return failed(refusesEverything(error));
      }
      continue;
    }
    const hasTaken = settled.results.some(({ state }) => state === "exported");
    const left = settled.results.filter(({ state }) => state !== "pending").length;
    if (hasTaken) unexplained = null;
    if (batch.resend ? hasTaken : left > 0) narrowing.settled(batch.resend ? 0 : left, hasTaken);
    if (settled.failure === null) continue;
    if (setsAside) {
      setAside++;
      if (settled.failure.class === "permanent") unexplained = settled.failure;
      continue;
    }
    const wait = waitInSlice(settled.failure, context.deadline - tools.clock.elapsed());
    if (wait === null) return failed(settled.failure, isIndependent ? batch.batch_id : undefined);
    await tools.clock.sleep(wait, lease.signal);
  }
}

function isSliceOver({ context, tools }: ExportWork, hasSentAll: boolean): boolean {
  return hasSentAll || tools.clock.elapsed() >= context.deadline || tools.retiring.aborted;
}

function giveBack(batch: Batch): SettledBatch {
  const results = allEntries(openEntries(batch.entries), batch.resend ? "unknown" : "pending");
  return { results, failure: null, refused: null };
}

/** Whether the batch's outcome is not known, no wait would help, and the connector lets others go before it. */
async function mayBeSetAside(
  { connector, context }: ExportWork,
  batch: Batch,
  { results, failure: why }: SettledBatch,
): Promise<boolean> {
  const { independentBatches = false } = connector;
  if (why === null || why.class === "rate_limited" || independentBatches === false) return false;
  // That a repetition was not taken says nothing of the first send: the database keeps such an entry as unknown.
  const isOpen = new Set(
    results.filter(({ state }) => state === "unknown" || (batch.resend && state === "pending"))
      .map(({ entry_key }) => entry_key),
  );
  if (isOpen.size === 0) return false;
  return independentBatches === true || await independentBatches(
    context,
    batch.entries.filter(({ entry_key }) => isOpen.has(entry_key)),
  );
}

function refusesEverything(words: string): Failure {
  const message =
    `Every entry that was tried was refused. ${words} All entries wait: set right what is refused, ` +
    "or take entries out with withdraw_sync_entries.";
  return failure("permanent", "receiver_refuses_everything", message, null, "entry");
}

/** Milliseconds to wait for a rate limit inside this slice, or null when the engine should wait instead. */
function waitInSlice(why: Failure, left: number): number | null {
  if (why.class !== "rate_limited" || why.retry_after_seconds === null) return null;
  if (why.retry_after_seconds > longestWaitSeconds) return null;
  const wait = Math.max(why.retry_after_seconds, shortestWaitSeconds) * 1000;
  return wait < left ? wait : null;
}
