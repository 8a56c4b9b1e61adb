import { systemClock } from "../_shared/clock.ts";
import { connectors } from "../_shared/connectors/registry.ts";
import { createWorkerApi } from "../_shared/worker_api.ts";
import { createWorkerRpc } from "../_shared/worker_rpc.ts";
import { recordBoot } from "./boot.ts";
import { readEnvironment } from "./environment.ts";
import { createHandler } from "./handler.ts";
import { consoleLog } from "./log.ts";
import { runSlice } from "./run_slice.ts";

/** What the platform adds to Deno; plain Deno lacks it and keeps the process alive by itself. */
declare const EdgeRuntime: { waitUntil(work: Promise<unknown>): void } | undefined;

// Above the 8 s after which the Data API cancels a statement: what has not answered by then is lost, not slow.
const rpcTimeoutMs = 10_000;

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
  const tools = { connectors, clock: systemClock, random, fetch, log: consoleLog, retiring: retiring.signal };
  return createHandler({
    workerApi: (attempt) => {
      const { restUrl: url, headers } = readEnvironment((name) => environment.get(name));
      const rpc = createWorkerRpc({ url, headers, fetch, timeoutMs: rpcTimeoutMs });
      return createWorkerApi({ attempt, rpc, clock: systemClock, random });
    },
    runSlice: (api, claim, claimedAt) => runSlice(api, claim, claimedAt, tools),
    waitUntil: (work) => {
      if (typeof EdgeRuntime !== "undefined") EdgeRuntime.waitUntil(work);
    },
    elapsed: () => systemClock.elapsed(),
    log: consoleLog,
    // Last, when everything else is in place: this is where the boot ends.
    nextBoot: recordBoot({
      randomUUID: () => crypto.randomUUID(),
      elapsed: () => systemClock.elapsed(),
    }),
  });
}
