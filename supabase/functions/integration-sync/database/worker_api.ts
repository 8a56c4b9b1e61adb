import type * as z from "../core/zod.ts";
import type { Clock } from "../core/clock.ts";
import { type DatabaseTrouble, isAway } from "./database_trouble.ts";
import type { EntryResult } from "../vouchers/entries.ts";
import { blamesOf, type ErrorClass, type Failure, SyncError } from "../core/errors.ts";
import { retry } from "../core/retry.ts";
import { storableText } from "../core/storable_text.ts";
import {
  type Claim,
  claimAnswer,
  finishAnswer,
  type Finished,
  type Heartbeat,
  heartbeatAnswer,
  recordAnswer,
  type Recorded,
  type Reservation,
  reserveAnswer,
} from "./worker_answers.ts";
import { throwIfRefused, WORKER_PROTOCOL } from "./worker_protocol.ts";
import type { WorkerRpc } from "./worker_rpc.ts";

/** The attempt that a worker works for; the token is its only authentication. */
export interface AttemptRef {
  readonly run_id: string;
  readonly attempt: number;
  readonly token: string;
}

/** How the isolate came up, for the dispatch timeline. */
export interface Boot {
  readonly boot_id: string;
  readonly boot_ms: number;
  readonly cold_start: boolean;
}

/** How an attempt ends. */
export type Ending =
  | { readonly outcome: "succeeded" | "cancelled" }
  | { readonly outcome: "continued" | "paused"; readonly checkpoint: unknown }
  | {
    readonly outcome: "failed";
    readonly failure: Failure;
    readonly checkpoint: unknown;
    /** The batch that has failed, when others may be sent although its outcome is not known. */
    readonly stuckBatch?: string;
  };

/** The worker's side of the worker protocol, bound to one attempt. Every method throws SyncError. */
export interface WorkerApi {
  /** `trouble`: what the database could not write down about itself when it happened. */
  claim(boot: Boot, trouble?: DatabaseTrouble | null): Promise<Claim>;
  /** A null checkpoint keeps the saved one. `firstVendorByteMs`: see {@linkcode finish}. */
  heartbeat(checkpoint: unknown, signal?: AbortSignal, firstVendorByteMs?: number | null): Promise<Heartbeat>;
  /**
   * With `only`, of the entries that wait none but these are reserved. `batchBytes`: most bytes of their payloads together, if
   * that is less than the database's own limit; one entry is reserved however large it is.
   */
  reserveEntries(
    batchSize: number,
    signal?: AbortSignal,
    only?: readonly string[],
    batchBytes?: number,
  ): Promise<Reservation>;
  /** `setsAside`: what is unknown of the batch is not handed out again in this run. */
  recordResults(
    batchId: string,
    results: readonly EntryResult[],
    signal?: AbortSignal,
    setsAside?: boolean,
  ): Promise<Recorded>;
  /**
   * `firstVendorByteMs`: how long after the claim the external system first answered anything; null: not yet. `limited`:
   * it has answered that we ask too much, whatever came of it.
   */
  finish(ending: Ending, firstVendorByteMs?: number | null, limited?: boolean): Promise<Finished>;
}

// What a person reads in the run log; the database may hold it to a length.
const longestMessage = 500;

// Longest waits before repetitions, in milliseconds.
const shortly: readonly number[] = [250, 1000, 3000];
// For what only this worker knows: what became of entries that were sent, and how the attempt ended. A restart takes half a
// minute, and without it the entries would be unknown, and the worker silent. The lease ends it for results.
const longer: readonly number[] = [...shortly, 10_000, 20_000];

/**
 * Binds the worker RPCs to one attempt.
 *
 * `reserveEntries`, `recordResults` and `finish` are repeated after network errors and 5xx: each may be said twice, a
 * reserve is answered with the batch that it had already reserved. A claim is not: if its answer was lost it has
 * happened, and a second one is refused; the engine recovers it by the lease. A heartbeat comes again anyway, unless it
 * carries a checkpoint: the connector waits for that one before it sends.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { systemClock } from "../core/clock.ts";
 * import { createWorkerApi } from "./worker_api.ts";
 *
 * const api = createWorkerApi({
 *   attempt: { run_id: "00000000-0000-4000-8000-000000000001", attempt: 1, token: "secret" },
 *   rpc: () => Promise.resolve({ batch_id: null, cancel_requested: false }),
 *   clock: systemClock,
 *   random: Math.random,
 * });
 * assert.equal((await api.reserveEntries(100)).batch_id, null);
 * ```
 */
export function createWorkerApi(options: {
  readonly attempt: AttemptRef;
  readonly rpc: WorkerRpc;
  readonly clock: Clock;
  readonly random: () => number;
}): WorkerApi {
  const { attempt, rpc, clock, random } = options;

  async function call<T>(
    name: string,
    schema: z.ZodMiniType<T>,
    parameters: Readonly<Record<string, unknown>>,
    signal?: AbortSignal,
  ): Promise<T> {
    const { run_id, attempt: number, token } = attempt;
    const answer = await rpc(name, { run_id, attempt: number, token, ...parameters }, signal);
    throwIfRefused(answer);
    const parsed = schema.safeParse(answer);
    if (parsed.success) return parsed.data;
    const where = parsed.error.issues[0]?.path.join(".") ?? "";
    throw new SyncError("unexpected_answer", `${name} answered in an unknown shape.`, {
      details: { rpc: name, where },
    });
  }

  function repeated<T>(once: () => Promise<T>, signal?: AbortSignal, delays = shortly): Promise<T> {
    return retry(once, { clock, random, delays, isRetryable: isAway, signal });
  }

  return {
    claim: (boot, trouble = null) => {
      const report = trouble === null ? {} : { database_trouble: trouble };
      return call("sync_worker_claim", claimAnswer, { ...boot, protocol: WORKER_PROTOCOL, ...report });
    },
    heartbeat: (checkpoint, signal, firstVendorByteMs = null) => {
      const parameters = { checkpoint: checkpoint ?? null, first_vendor_byte_ms: firstVendorByteMs };
      const once = () => call("sync_worker_heartbeat", heartbeatAnswer, parameters, signal);
      return parameters.checkpoint === null ? once() : repeated(once, signal);
    },
    reserveEntries: (batch_size, signal, only, batch_bytes) => {
      const parameters = {
        batch_size,
        ...(only === undefined ? {} : { entry_keys: only }),
        ...(batch_bytes === undefined ? {} : { batch_bytes }),
      };
      return repeated(() => call("sync_worker_reserve_entries", reserveAnswer, parameters, signal), signal);
    },
    recordResults: (batch_id, results, signal, set_aside) => {
      const aside = set_aside === true ? { set_aside } : {};
      const parameters = { batch_id, results: results.map(storable), ...aside };
      const once = () => call("sync_worker_record_results", recordAnswer, parameters, signal);
      return repeated(once, signal, longer);
    },
    finish: (ending, firstVendorByteMs = null, limited = false) => {
      const parameters = { ...finishParameters(ending, limited), first_vendor_byte_ms: firstVendorByteMs };
      return repeated(() => call("sync_worker_finish", finishAnswer, parameters), undefined, longer);
    },
  };
}

function storable(result: EntryResult): EntryResult {
  if ("error" in result) return { ...result, error: storableText(result.error, longestMessage) };
  if (result.state !== "exported" || result.external_id === undefined) return result;
  return { ...result, external_id: storableText(result.external_id, longestMessage) };
}

function finishParameters(ending: Ending, limited: boolean): Record<string, unknown> {
  const failed = ending.outcome === "failed" ? ending.failure : null;
  const errorClass: ErrorClass | null = failed?.class ?? (limited ? "rate_limited" : null);
  return {
    outcome: ending.outcome,
    error_class: errorClass,
    error_code: failed?.code ?? null,
    error_message: failed === null ? null : storableText(failed.message, longestMessage),
    retry_after_seconds: failed?.retry_after_seconds ?? null,
    ...(failed === null ? {} : { blames: blamesOf(failed) }),
    checkpoint: "checkpoint" in ending ? ending.checkpoint ?? null : null,
    ...("stuckBatch" in ending ? { stuck_batch: ending.stuckBatch } : {}),
  };
}
