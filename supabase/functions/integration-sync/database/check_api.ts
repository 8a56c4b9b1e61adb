/**
 * A connection check as the worker protocol has it: claimed once, ended once.
 *
 * @module
 */
import type { Clock } from "../core/clock.ts";
import { isAway } from "./database_trouble.ts";
import { blamesOf, type Failure, SyncError } from "../core/errors.ts";
import { retry } from "../core/retry.ts";
import { storableText } from "../core/storable_text.ts";
import { type CheckClaim, checksAnswer } from "./worker_answers.ts";
import { throwIfRefused, WORKER_PROTOCOL } from "./worker_protocol.ts";
import type { WorkerRpc } from "./worker_rpc.ts";

/** A connection check that a request carries; the token is its only authentication. */
export interface CheckRef {
  readonly integration_id: string;
  readonly token: string;
}

/** A connection check that is ours, with what it takes to do it. */
export interface ClaimedCheck {
  readonly probe: CheckRef;
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
 * Takes the connection checks of a request, each at most once, and returns those that it could claim: a check that has
 * been started anew meanwhile is left out. Throws SyncError, also when there are none.
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
  const name = "sync_worker_claim_probes";
  const unknown = (where: string) =>
    new SyncError("unexpected_answer", `${name} answered in an unknown shape.`, {
      details: { rpc: name, where },
    });
  const answer = await rpc(name, { probes, protocol: WORKER_PROTOCOL });
  throwIfRefused(answer);
  const parsed = checksAnswer.safeParse(answer);
  if (!parsed.success) throw unknown(parsed.error.issues[0]?.path.join(".") ?? "");
  return parsed.data.map((claim) => {
    const probe = probes.find(({ integration_id }) => integration_id === claim.integration_id);
    if (probe === undefined) throw unknown("integration_id");
    return { probe, claim };
  });
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
  await retry(() => rpc("sync_worker_finish_probe", parameters), {
    ...outside,
    delays: [250, 1000, 3000],
    isRetryable: isAway,
  });
}
