/**
 * A connection check as the worker protocol has it: claimed once, ended once.
 *
 * @module
 */
import type { Clock } from "../core/clock.ts";
import { blamesOf, type Failure } from "../core/errors.ts";
import { storableText } from "../core/storable_text.ts";
import { type CallRef, claimCalls, finishCall } from "./calls_api.ts";
import { type CheckClaim, checksAnswer } from "./worker_answers.ts";
import { WORKER_PROTOCOL } from "./worker_protocol.ts";
import type { WorkerRpc } from "./worker_rpc.ts";

/** A connection check that a request carries. */
export type CheckRef = CallRef<"integration_id">;

/** A connection check that is ours, with what it takes to do it. */
export interface ClaimedCheck {
  readonly ref: CheckRef;
  readonly claim: CheckClaim;
}

/** What a connection check found; how long the external system took is null if it was not asked or did not answer. */
export type CheckEnd =
  | { readonly outcome: "answered" | "reached"; readonly latency_ms: number }
  | {
    readonly outcome: "failed";
    readonly failure: Failure;
    readonly latency_ms: number | null;
    /** An export need not meet it: see `PingOutcome`. */
    readonly is_guess?: boolean;
  };

const longestMessage = 500;

/**
 * Takes the connection checks of a request; see {@linkcode claimCalls}.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { claimChecks } from "./check_api.ts";
 *
 * const id = "00000000-0000-4000-8000-0000000000b1";
 * const integration = { org_id: id, integration_id: id, integration_type: "webhook", config: {}, credentials: {} };
 * const rpc = () => Promise.resolve([{ ...integration, timeout_seconds: 15 }]);
 * const [claimed] = await claimChecks(rpc, [{ integration_id: id, token: "secret" }]);
 * assert.equal(claimed?.claim.timeout_seconds, 15);
 * ```
 */
export async function claimChecks(rpc: WorkerRpc, probes: readonly CheckRef[]): Promise<ClaimedCheck[]> {
  return await claimCalls(rpc, {
    rpc: "sync_worker_claim_probes",
    list: "probes",
    id: "integration_id",
    parameters: { protocol: WORKER_PROTOCOL },
    answer: checksAnswer,
  }, probes);
}

/**
 * Reports to the database what a connection check found; throws SyncError. It may be reported twice, so it is repeated
 * after network errors and 5xx.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { systemClock } from "../core/clock.ts";
 * import { finishCheck } from "./check_api.ts";
 *
 * const said: unknown[] = [];
 * await finishCheck(
 *   (name) => Promise.resolve(said.push(name)),
 *   { integration_id: "00000000-0000-4000-8000-0000000000b1", token: "secret" },
 *   { outcome: "answered", latency_ms: 31.5 },
 *   { clock: systemClock, random: Math.random },
 * );
 * assert.deepEqual(said, ["sync_worker_finish_probe"]);
 * ```
 */
export async function finishCheck(
  rpc: WorkerRpc,
  { integration_id, token }: CheckRef,
  end: CheckEnd,
  outside: { readonly clock: Clock; readonly random: () => number },
): Promise<void> {
  const failed = end.outcome === "failed" ? end.failure : null;
  const parameters = {
    integration_id,
    token,
    outcome: end.outcome,
    error_class: failed?.class ?? null,
    error_code: failed?.code ?? null,
    error_message: failed === null ? null : storableText(failed.message, longestMessage),
    latency_ms: end.latency_ms,
    is_guess: end.outcome === "failed" && end.is_guess === true,
    ...(failed === null ? {} : { blames: blamesOf(failed) }),
  };
  await finishCall(rpc, "sync_worker_finish_probe", parameters, outside);
}
