import type { Clock } from "../core/clock.ts";
import type { Connector, PingOutcome } from "../connectors/connector.ts";
import { openConnector } from "../connectors/open_connector.ts";
import { failure } from "../core/errors.ts";
import type { CheckEnd } from "../database/check_api.ts";
import { createSecrets } from "../core/secrets.ts";
import type { CheckClaim } from "../database/worker_answers.ts";
import { failureOf } from "./failure_of.ts";
import { errorFields, type Log } from "../core/log.ts";

/** What a connection check needs from outside. */
export interface CheckTools {
  readonly connectors: readonly Connector[];
  readonly clock: Clock;
  readonly random: () => number;
  readonly fetch: typeof fetch;
  readonly log: Log;
}

/**
 * Checks an integration's connection: its connector validates config and credentials, then asks the external system.
 * Never throws, and is over when its time is, whatever the connector does.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { systemClock } from "../core/clock.ts";
 * import { runCheck } from "./run_check.ts";
 *
 * const id = "00000000-0000-4000-8000-0000000000b1";
 * const claim = { org_id: id, integration_id: id, integration_type: "fax", config: {}, timeout_seconds: 15 };
 * const tools = { connectors: [], clock: systemClock, random: Math.random, fetch, log: () => {} };
 * const end = await runCheck({ ...claim, credentials: null }, tools);
 * assert.equal(end.outcome === "failed" && end.failure.code, "no_connector");
 * ```
 */
export async function runCheck(claim: CheckClaim, tools: CheckTools): Promise<CheckEnd> {
  const { clock } = tools;
  const over = new AbortController();
  const stopped = new AbortController();
  const limit = claim.timeout_seconds * 1000;

  const tooLate = async (): Promise<PingOutcome> => {
    await clock.sleep(limit, stopped.signal);
    over.abort(new DOMException("The connection check took too long.", "TimeoutError"));
    const message = `The external system did not answer the check within ${claim.timeout_seconds} seconds.`;
    return { ok: false, failure: failure("transient", "check_timeout", message) };
  };
  try {
    const connector = openConnector(tools.connectors, claim);
    const begun = clock.elapsed();
    const pinged = connector.ping({
      org_id: claim.org_id,
      integration_id: claim.integration_id,
      fetch: tools.fetch,
      secrets: createSecrets(claim.credentials),
      clock,
      random: tools.random,
      signal: over.signal,
      deadline: begun + limit,
      checkpoint: () => null,
      saveCheckpoint: () => Promise.resolve(),
    });
    // One that was aborted says so by an error, which is the end that the clock has given already.
    const late = tooLate();
    const outcome = await Promise.race([
      late,
      pinged.catch((error: unknown) => {
        if (over.signal.aborted) return late;
        throw error;
      }),
    ]);
    const latency_ms = Math.round(clock.elapsed() - begun);
    if (outcome.ok) return { outcome: outcome.reachedOnly === true ? "reached" : "answered", latency_ms };
    return {
      outcome: "failed",
      failure: outcome.failure,
      latency_ms: over.signal.aborted ? null : latency_ms,
      ...(outcome.isGuess === true ? { is_guess: true } : {}),
    };
  } catch (error) {
    tools.log("check_failed", errorFields(error));
    return { outcome: "failed", failure: failureOf(error), latency_ms: null };
  } finally {
    stopped.abort();
  }
}
