import type { ClaimedAlerts, SenderRef } from "../database/alerts_api.ts";
import type { WarmupRef } from "../database/answer_warmup.ts";
import { SyncError } from "../core/errors.ts";
import type { CheckRef, ClaimedCheck } from "../database/check_api.ts";
import type { Claim } from "../database/worker_answers.ts";
import type { AttemptRef, Boot, WorkerApi } from "../database/worker_api.ts";
import { WORKER_PROTOCOL } from "../database/worker_protocol.ts";
import type { HandlerTools } from "./handler_tools.ts";
import { errorFields } from "../core/log.ts";
import type { AskedFor } from "../http/read_request.ts";
import { refuseClaim } from "../http/refuse.ts";
import type { SliceEnd } from "./run_slice.ts";

/**
 * Claims what a valid request asks for, answers, and leaves the work to `waitUntil`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { setUp, token, valid } from "../testing/handler_bench.ts";
 * import { startJob } from "./start_job.ts";
 *
 * const { tools, seen, work } = setUp();
 * const attempt = { run_id: valid.run_id, attempt: 1, token };
 * assert.equal((await startJob({ kind: "run", attempt }, tools.nextBoot(), tools)).status, 202);
 * await Promise.all(work);
 * assert.equal(seen.slices, 1);
 * ```
 */
export async function startJob(
  asked: Exclude<AskedFor, { readonly kind: "invalid" }>,
  boot: Boot,
  tools: HandlerTools,
): Promise<Response> {
  switch (asked.kind) {
    case "run":
      return await accept(asked.attempt, boot, tools);
    case "probes":
      return await checkAll(asked.probes, boot, tools);
    case "alerts":
      return await postAll(asked.senders, boot, tools);
    case "warmup":
      return await warmUp(asked.warmup, boot, tools);
  }
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
  // A caller with the token may know which protocol is spoken here: the doctor does.
  return Response.json({ warm: true, protocol: WORKER_PROTOCOL });
}

async function accept(ref: AttemptRef, boot: Boot, tools: HandlerTools): Promise<Response> {
  const { log, trouble } = tools;
  const about = { run_id: ref.run_id, attempt: ref.attempt, boot_id: boot.boot_id };
  let api: WorkerApi;
  let claim: Claim;
  const claimedAt = tools.elapsed();
  try {
    api = tools.workerApi(ref);
    const told = trouble.pending();
    claim = await api.claim(boot, told);
    if (told !== null) trouble.reported(told);
  } catch (error) {
    trouble.note(error);
    log("claim_failed", { ...about, ...errorFields(error) });
    return refuseClaim(error);
  }
  log("claimed", { ...about, boot_ms: boot.boot_ms, cold_start: boot.cold_start });
  const work = tools.runSlice(api, claim, claimedAt).then(
    (end) => {
      // Any other end has reached the database, with its error.
      if (end.outcome === "abandoned") trouble.note(end.error);
      log("slice_ended", { ...about, ...endFields(end) });
    },
    (error: unknown) => log("slice_broken", { ...about, ...errorFields(error) }),
  );
  tools.waitUntil(work);
  return Response.json({ accepted: true }, { status: 202 });
}

async function checkAll(probes: readonly CheckRef[], boot: Boot, tools: HandlerTools): Promise<Response> {
  const { log } = tools;
  let claimed: readonly ClaimedCheck[];
  try {
    claimed = await tools.claimChecks(probes);
  } catch (error) {
    log("checks_claim_failed", { checks: probes.length, boot_id: boot.boot_id, ...errorFields(error) });
    return refuseClaim(error);
  }
  // All at the same time: one that gets no answer keeps none of the others waiting.
  for (const probe of claimed) tools.waitUntil(check(probe, boot, tools));
  return Response.json({ accepted: true }, { status: 202 });
}

async function check(claimed: ClaimedCheck, boot: Boot, tools: HandlerTools): Promise<void> {
  const about = { integration_id: claimed.claim.integration_id, boot_id: boot.boot_id };
  try {
    const end = await tools.runCheck(claimed);
    const failed: Record<string, string> = end.outcome === "failed"
      ? { error_class: end.failure.class, error_code: end.failure.code }
      : {};
    tools.log("check_ended", { ...about, outcome: end.outcome, latency_ms: end.latency_ms, ...failed });
  } catch (error) {
    // Then there is no report; the database counts it as not answered.
    tools.log("check_broken", { ...about, ...errorFields(error) });
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
    // Then there is no report; the database hands the messages out again.
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
