import { claimAlerts, finishAlerts } from "../database/alerts_api.ts";
import { answerWarmup } from "../database/answer_warmup.ts";
import { systemClock } from "../core/clock.ts";
import { rememberTrouble } from "../database/database_trouble.ts";
import { connectors } from "../connectors/registry.ts";
import { claimChecks, finishCheck } from "../database/check_api.ts";
import { PRIVATE_RECEIVERS } from "../core/refused_address.ts";
import { createWorkerApi } from "../database/worker_api.ts";
import { createWorkerRpc, type WorkerRpc } from "../database/worker_rpc.ts";
import { recordBoot } from "./boot.ts";
import { readEnvironment } from "./environment.ts";
import { guardFetch } from "../core/guard_fetch.ts";
import { createHandler } from "./handler.ts";
import { consoleLog } from "../core/log.ts";
import type { ResolveDns } from "../core/classify_host.ts";
import { postAlerts } from "../jobs/post_alerts.ts";
import { rehearse } from "../jobs/rehearse.ts";
import { runCheck } from "../jobs/run_check.ts";
import { runSlice } from "../jobs/run_slice.ts";

/** What the platform adds to Deno; plain Deno lacks it and keeps the process alive by itself. */
declare const EdgeRuntime: { waitUntil(work: Promise<unknown>): void } | undefined;

// Above the 8 s after which the Data API cancels a statement: what has not answered by then is lost, not slow.
const rpcTimeoutMs = 10_000;
// pg_net sends its few hundred bytes with the head. A slower caller would keep an isolate busy for nothing.
const bodyTimeoutMs = 5_000;

/** The platform's Deno has it, too; where it is missing or fails, a name counts as not known. */
const resolveDns: ResolveDns = async (name, type, options) => {
  try {
    return await Deno.resolveDns(name, type, options);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
};

/**
 * The whole function on the real platform. Everything that it is made of gets its clock, randomness, fetch and
 * environment from here.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { createService } from "./service.ts";
 *
 * const service = createService({ get: () => undefined });
 * assert.equal((await service(new Request("http://localhost/integration-sync"))).status, 405);
 * ```
 */
export function createService(
  environment: { get(name: string): string | undefined },
): (request: Request) => Promise<Response> {
  const retiring = new AbortController();
  // Best effort: a batch that is lost with the isolate is recovered by its lease.
  addEventListener("beforeunload", () => retiring.abort());

  const random = Math.random;
  const tools = {
    connectors,
    clock: systemClock,
    random,
    fetch: environment.get(PRIVATE_RECEIVERS) === "1" ? fetch : guardFetch(fetch, resolveDns),
    log: consoleLog,
    retiring: retiring.signal,
  };
  const workerRpc = (): WorkerRpc => {
    const { restUrl: url, headers } = readEnvironment((name) => environment.get(name));
    return createWorkerRpc({ url, headers, fetch, timeoutMs: rpcTimeoutMs });
  };
  return createHandler({
    workerApi: (attempt) => createWorkerApi({ attempt, rpc: workerRpc(), clock: systemClock, random }),
    trouble: rememberTrouble(() => systemClock.now()),
    runSlice: (api, claim, claimedAt) => runSlice(api, claim, claimedAt, tools),
    claimChecks: async (probes) => await claimChecks(workerRpc(), probes),
    runCheck: async ({ ref, claim }) => {
      const end = await runCheck(claim, tools);
      await finishCheck(workerRpc(), ref, end, tools);
      return end;
    },
    claimAlerts: async (senders) => await claimAlerts(workerRpc(), senders),
    postAlerts: async (claimed) => {
      const results = await postAlerts(claimed, tools);
      await finishAlerts(workerRpc(), claimed.sender, results, tools);
      return results;
    },
    // Of the same client as a claim: the connection to the Data API that it opens is the one that a claim uses.
    answerWarmup: async (warmup, boot) => await answerWarmup(workerRpc(), warmup, boot),
    rehearse: async () => void await rehearse({ clock: systemClock, random }),
    waitUntil: (work) => {
      if (typeof EdgeRuntime !== "undefined") EdgeRuntime.waitUntil(work);
    },
    bodyDeadline: () => AbortSignal.timeout(bodyTimeoutMs),
    elapsed: () => systemClock.elapsed(),
    log: consoleLog,
    // Last, when everything else is in place: this is where the boot ends.
    nextBoot: recordBoot({
      randomUUID: () => crypto.randomUUID(),
      elapsed: () => systemClock.elapsed(),
    }),
  });
}
