import type { ClaimedAlerts, SenderRef } from "../database/alerts_api.ts";
import type { WarmupRef } from "../database/answer_warmup.ts";
import { SyncError } from "../core/errors.ts";
import type { CheckRef, ClaimedCheck } from "../database/check_api.ts";
import type { Claim } from "../database/worker_answers.ts";
import type { AttemptRef, Boot, WorkerApi } from "../database/worker_api.ts";
import { WORKER_PROTOCOL } from "../database/worker_protocol.ts";
import type { HandlerTools } from "./handler_tools.ts";
import { errorFields, type LogFields } from "../core/log.ts";
import type { AskedFor } from "./read_request.ts";
import { refuseClaim } from "./refuse.ts";
import type { SliceEnd } from "../jobs/run_slice.ts";

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
      return await startEach(checks(asked.probes, tools), boot, tools);
    case "alerts":
      return await startEach(alerts(asked.senders, tools), boot, tools);
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
    const pending = trouble.pending();
    claim = await api.claim(boot, pending);
    if (pending !== null) trouble.reported(pending);
  } catch (error) {
    trouble.record(error);
    log("claim_failed", { ...about, ...errorFields(error) });
    return refuseClaim(error);
  }
  log("claimed", { ...about, boot_ms: boot.boot_ms, cold_start: boot.cold_start });
  const work = tools.runSlice(api, claim, claimedAt).then(
    (end) => {
      // Any other end has reached the database, with its error.
      if (end.outcome === "abandoned") trouble.record(end.error);
      log("slice_ended", { ...about, ...endFields(end) });
    },
    (error: unknown) => log("slice_broken", { ...about, ...errorFields(error) }),
  );
  tools.waitUntil(work);
  return Response.json({ accepted: true }, { status: 202 });
}

/** A request with several calls of one kind. */
interface Calls<Claimed> {
  /** How the log calls one of them. */
  readonly name: string;
  readonly claim: () => Promise<readonly Claimed[]>;
  readonly about: (claimed: Claimed) => LogFields;
  /** Does the work, reports its end to the database, and returns what the log says of it. */
  readonly work: (claimed: Claimed) => Promise<LogFields>;
}

async function startEach<Claimed>(calls: Calls<Claimed>, boot: Boot, tools: HandlerTools): Promise<Response> {
  const { log } = tools;
  const { boot_id } = boot;
  let claimed: readonly Claimed[];
  try {
    claimed = await calls.claim();
  } catch (error) {
    log(`${calls.name}_claim_failed`, { boot_id, ...errorFields(error) });
    return refuseClaim(error);
  }
  // All at the same time: a system that does not answer keeps none of the others waiting.
  for (const one of claimed) {
    const about = { ...calls.about(one), boot_id };
    tools.waitUntil(
      calls.work(one).then(
        (end) => log(`${calls.name}_ended`, { ...about, ...end }),
        // Then there is no report. The database ends a check as not answered, and hands messages out again.
        (error: unknown) => log(`${calls.name}_broken`, { ...about, ...errorFields(error) }),
      ),
    );
  }
  return Response.json({ accepted: true }, { status: 202 });
}

const checks = (refs: readonly CheckRef[], tools: HandlerTools): Calls<ClaimedCheck> => ({
  name: "check",
  claim: () => tools.claimChecks(refs),
  about: ({ ref }) => ({ integration_id: ref.integration_id }),
  work: async (claimed) => {
    const end = await tools.runCheck(claimed);
    const failed: LogFields = end.outcome === "failed"
      ? { error_class: end.failure.class, error_code: end.failure.code }
      : {};
    return { outcome: end.outcome, latency_ms: end.latency_ms, ...failed };
  },
});

const alerts = (refs: readonly SenderRef[], tools: HandlerTools): Calls<ClaimedAlerts> => ({
  name: "alerts",
  claim: () => tools.claimAlerts(refs),
  about: ({ sender }) => ({ org_id: sender.org_id }),
  work: async (claimed) => {
    const results = await tools.postAlerts(claimed);
    return { messages: results.length, outcome: results.at(-1)?.outcome ?? "none" };
  },
});

function endFields(end: SliceEnd): Record<string, string> {
  if (end.outcome === "failed") {
    return { outcome: end.outcome, error_class: end.failure.class, error_code: end.failure.code };
  }
  if (end.outcome !== "abandoned") return { outcome: end.outcome };
  return { outcome: end.outcome, error_code: end.error instanceof SyncError ? end.error.code : "unknown" };
}
