import type { ClaimedAlerts, MessageResult, SenderRef } from "../_shared/alerts_api.ts";
import { SyncError } from "../_shared/errors.ts";
import { readLimited } from "../_shared/read_limited.ts";
import type { Claim } from "../_shared/worker_answers.ts";
import type { WarmupRef } from "../_shared/answer_warmup.ts";
import { WORKER_PROTOCOL } from "../_shared/worker_protocol.ts";
import type { ClaimedProbe, ProbeEnd, ProbeRef } from "../_shared/probe_api.ts";
import type { AttemptRef, Boot, WorkerApi } from "../_shared/worker_api.ts";
import { errorFields, type Log } from "./log.ts";
import { readRequest } from "./read_request.ts";
import { refuse, refuseClaim } from "./refuse.ts";
import type { SliceEnd } from "./run_slice.ts";

/** What the handler needs from outside. */
export interface HandlerTools {
  readonly nextBoot: () => Boot;
  /** Throws `function_misconfigured` when the environment lacks something. */
  readonly workerApi: (attempt: AttemptRef) => WorkerApi;
  readonly runSlice: (api: WorkerApi, claim: Claim, claimedAt: number) => Promise<SliceEnd>;
  /** Throws as {@linkcode workerApi} and its claim do. */
  readonly claimProbes: (probes: readonly ProbeRef[]) => Promise<readonly ClaimedProbe[]>;
  /** Checks a connection and tells the database what came of it; throws when that cannot be told. */
  readonly runProbe: (claimed: ClaimedProbe) => Promise<ProbeEnd>;
  /** Throws as {@linkcode workerApi} and its claim do. */
  readonly claimAlerts: (senders: readonly SenderRef[]) => Promise<readonly ClaimedAlerts[]>;
  /** Posts messages to an alert webhook and tells the database what came of it; throws when that cannot be told. */
  readonly postAlerts: (claimed: ClaimedAlerts) => Promise<readonly MessageResult[]>;
  /** Tells the database that the isolate is up; throws as {@linkcode workerApi} and its claim do. */
  readonly answerWarmup: (warmup: WarmupRef, boot: Boot) => Promise<void>;
  /** Runs through what a slice needs, without effects, so that a later one finds it ready. */
  readonly rehearse: () => Promise<void>;
  /** Keeps the isolate alive until the promise settles. */
  readonly waitUntil: (work: Promise<unknown>) => void;
  /** A signal that is aborted when the body of a request that comes now should have been read. */
  readonly bodyDeadline: () => AbortSignal;
  readonly elapsed: () => number;
  readonly log: Log;
}

const maxBodyBytes = 16 * 1024;

/**
 * The HTTP edge. A valid request claims its attempt, connection checks or alerts and is answered 202 at once; the work goes
 * on behind the answer, since pg_net waits for the slowest request of a batch. A warm-up is reported and answered 200; whatever
 * it was, the isolate's next request is no cold start.
 *
 * | answer | when |
 * | --- | --- |
 * | 200 | warm |
 * | 202 | claimed |
 * | 400, 405, 413, 415 | not a request of ours |
 * | 408 | the body did not come to its end |
 * | 401, 409 | the database refuses the token, or the attempt, check, message or warm-up is taken or over |
 * | 500 | the function's environment is incomplete |
 * | 503 | the database did not answer as it should, or is of another release; the engine dispatches again |
 *
 * Answers go to pg_net, and to anyone else who finds the address: they repeat nothing of what was sent.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { post, setUp, valid } from "./testing/handler_bench.ts";
 *
 * const { handler } = setUp();
 * assert.equal((await handler(post(valid))).status, 202);
 * assert.equal((await handler(post({ ...valid, run_id: "1; drop table x" }))).status, 400);
 * ```
 */
export function createHandler(tools: HandlerTools): (request: Request) => Promise<Response> {
  return async (request) => {
    const boot = tools.nextBoot();
    if (request.method !== "POST") {
      return refuse(405, "method_not_allowed", "Only POST is answered here.", { allow: "POST" });
    }
    if (!/^application\/json\b/i.test(request.headers.get("content-type") ?? "")) {
      return refuse(415, "unsupported_media_type", "The body must be application/json.");
    }
    const deadline = tools.bodyDeadline();
    const body = await readLimited(request.body, maxBodyBytes, deadline).catch(() => null);
    if (body === null) {
      return deadline.aborted
        ? refuse(408, "request_timeout", "The body did not arrive in time.")
        : refuse(400, "invalid_request", "The body could not be read.");
    }
    if (body.kind === "too_large") {
      return refuse(413, "request_too_large", `The body is larger than ${maxBodyBytes} bytes.`);
    }
    const asked = readRequest(body.text);
    switch (asked.kind) {
      case "invalid":
        return refuse(400, "invalid_request", asked.message);
      case "run":
        return await accept(asked.attempt, boot, tools);
      case "probes":
        return await checkAll(asked.probes, boot, tools);
      case "alerts":
        return await postAll(asked.senders, boot, tools);
      case "warmup":
        return await warmUp(asked.warmup, boot, tools);
    }
  };
}

async function warmUp(warmup: WarmupRef, boot: Boot, tools: HandlerTools): Promise<Response> {
  const { log } = tools;
  const about = { scheduled_for: warmup.scheduled_for, boot_id: boot.boot_id };
  try {
    await tools.answerWarmup(warmup, boot);
  } catch (error) {
    log("warmup_failed", { ...about, ...errorFields(error) });
    return refuseClaim(error);
  }
  log("warmed_up", { ...about, boot_ms: boot.boot_ms, cold_start: boot.cold_start });
  tools.waitUntil(
    tools.rehearse().catch((error: unknown) => log("rehearsal_failed", { ...about, ...errorFields(error) })),
  );
  // Whoever holds the token may know which protocol is spoken here: the doctor does.
  return Response.json({ warm: true, protocol: WORKER_PROTOCOL });
}

async function accept(ref: AttemptRef, boot: Boot, tools: HandlerTools): Promise<Response> {
  const { log } = tools;
  const about = { run_id: ref.run_id, attempt: ref.attempt, boot_id: boot.boot_id };
  let api: WorkerApi;
  let claim: Claim;
  const claimedAt = tools.elapsed();
  try {
    api = tools.workerApi(ref);
    claim = await api.claim(boot);
  } catch (error) {
    log("claim_failed", { ...about, ...errorFields(error) });
    return refuseClaim(error);
  }
  log("claimed", { ...about, boot_ms: boot.boot_ms, cold_start: boot.cold_start });
  const work = tools.runSlice(api, claim, claimedAt).then(
    (end) => log("slice_ended", { ...about, ...endFields(end) }),
    (error: unknown) => log("slice_broken", { ...about, ...errorFields(error) }),
  );
  tools.waitUntil(work);
  return Response.json({ accepted: true }, { status: 202 });
}

async function checkAll(probes: readonly ProbeRef[], boot: Boot, tools: HandlerTools): Promise<Response> {
  const { log } = tools;
  let claimed: readonly ClaimedProbe[];
  try {
    claimed = await tools.claimProbes(probes);
  } catch (error) {
    log("probes_claim_failed", { checks: probes.length, boot_id: boot.boot_id, ...errorFields(error) });
    return refuseClaim(error);
  }
  // All at the same time: one that gets no answer keeps none of the others waiting.
  for (const probe of claimed) tools.waitUntil(check(probe, boot, tools));
  return Response.json({ accepted: true }, { status: 202 });
}

async function check(claimed: ClaimedProbe, boot: Boot, tools: HandlerTools): Promise<void> {
  const about = { integration_id: claimed.claim.integration_id, boot_id: boot.boot_id };
  try {
    const end = await tools.runProbe(claimed);
    const failed: Record<string, string> = end.outcome === "failed"
      ? { error_class: end.failure.class, error_code: end.failure.code }
      : {};
    tools.log("probe_ended", { ...about, outcome: end.outcome, latency_ms: end.latency_ms, ...failed });
  } catch (error) {
    // Nobody is told then; the database counts it as not answered.
    tools.log("probe_broken", { ...about, ...errorFields(error) });
  }
}

async function postAll(senders: readonly SenderRef[], boot: Boot, tools: HandlerTools): Promise<Response> {
  const { log } = tools;
  let claimed: readonly ClaimedAlerts[];
  try {
    claimed = await tools.claimAlerts(senders);
  } catch (error) {
    log("alerts_claim_failed", { senders: senders.length, boot_id: boot.boot_id, ...errorFields(error) });
    return refuseClaim(error);
  }
  // All at the same time: a receiver that does not answer keeps no other organisation waiting.
  for (const one of claimed) tools.waitUntil(postOne(one, boot, tools));
  return Response.json({ accepted: true }, { status: 202 });
}

async function postOne(claimed: ClaimedAlerts, boot: Boot, tools: HandlerTools): Promise<void> {
  const about = { org_id: claimed.sender.org_id, boot_id: boot.boot_id };
  try {
    const results = await tools.postAlerts(claimed);
    const last = results.at(-1);
    tools.log("alerts_posted", { ...about, messages: results.length, outcome: last?.outcome ?? "none" });
  } catch (error) {
    // Nobody is told then; the database hands the messages out again.
    tools.log("alerts_broken", { ...about, ...errorFields(error) });
  }
}

function endFields(end: SliceEnd): Record<string, string> {
  if (end.outcome === "failed") {
    return { outcome: end.outcome, error_class: end.failure.class, error_code: end.failure.code };
  }
  if (end.outcome !== "abandoned") return { outcome: end.outcome };
  return { outcome: end.outcome, error_code: end.error instanceof SyncError ? end.error.code : "unknown" };
}
