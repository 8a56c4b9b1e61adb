/**
 * The handler on a fake database, and requests for it.
 *
 * @module
 */
import { rememberTrouble } from "../database/database_trouble.ts";
import type { SenderRef } from "../database/alerts_api.ts";
import type { WarmupRef } from "../database/answer_warmup.ts";
import { FakeWorkerApi } from "./fake_worker_api.ts";
import type { CheckEnd, CheckRef } from "../database/check_api.ts";
import type { CheckClaim } from "../database/worker_answers.ts";
import type { AttemptRef, Boot, WorkerApi } from "../database/worker_api.ts";
import { recordBoot } from "../http/boot.ts";
import { createHandler } from "../http/handler.ts";
import type { HandlerTools } from "../http/handler_tools.ts";
import type { SliceEnd } from "../jobs/run_slice.ts";

/** A token that may be one. */
export const token = "0123456789abcdef".repeat(4);
/** A run's request. */
export const valid = { kind: "run", run_id: "00000000-0000-4000-8000-000000000001", attempt: 1, token };
/** A warm-up's. */
export const warmup = { kind: "warmup", scheduled_for: "2026-11-23T10:00:00.123456+00:00", token };
/** A connection check. */
export const check: CheckRef = { integration_id: "00000000-0000-4000-8000-0000000000b1", token };
/** The request with it. */
export const checks = { kind: "probes", probes: [check] };
const checkClaim: CheckClaim = {
  org_id: "00000000-0000-4000-8000-0000000000a1",
  integration_id: check.integration_id,
  integration_type: "test",
  config: {},
  credentials: { token: "the vendor's secret" },
  timeout_seconds: 15,
};

/** What went through a handler. */
export interface Seen {
  readonly attempts: AttemptRef[];
  readonly warmups: WarmupRef[];
  readonly probes: CheckRef[];
  readonly senders: SenderRef[];
  readonly boots: Boot[];
  readonly logged: string[];
  slices: number;
  checks: number;
  rehearsals: number;
}

/** A handler on a fake database, everything that went through it, and the work that it left behind its answers. */
export function setUp(changes: Partial<HandlerTools> = {}, api: WorkerApi = new FakeWorkerApi()): {
  readonly handler: (request: Request) => Promise<Response>;
  readonly tools: HandlerTools;
  readonly seen: Seen;
  readonly work: readonly Promise<unknown>[];
} {
  const seen: Seen = {
    attempts: [],
    warmups: [],
    probes: [],
    senders: [],
    boots: [],
    logged: [],
    slices: 0,
    checks: 0,
    rehearsals: 0,
  };
  const work: Promise<unknown>[] = [];
  const tools: HandlerTools = {
    nextBoot: recordBoot({ randomUUID: () => "00000000-0000-4000-8000-0000000000c1", elapsed: () => 41.46 }),
    workerApi: (attempt) => {
      seen.attempts.push(attempt);
      return {
        ...bound(api),
        claim: (boot, trouble) => {
          seen.boots.push(boot);
          return api.claim(boot, trouble);
        },
      };
    },
    trouble: rememberTrouble(() => 0),
    runSlice: () => {
      seen.slices++;
      return Promise.resolve<SliceEnd>({ outcome: "succeeded" });
    },
    claimChecks: (refs) => {
      seen.probes.push(...refs);
      return Promise.resolve(refs.map((ref) => ({ ref, claim: { ...checkClaim, ...ref } })));
    },
    runCheck: () => {
      seen.checks++;
      return Promise.resolve<CheckEnd>({ outcome: "answered", latency_ms: 12 });
    },
    claimAlerts: (refs) => {
      seen.senders.push(...refs);
      return Promise.resolve(
        refs.map((sender) => ({ sender, webhook: "the address", format: "json" as const, messages: [] })),
      );
    },
    postAlerts: () => Promise.resolve([]),
    answerWarmup: (ref, boot) => {
      seen.warmups.push(ref);
      seen.boots.push(boot);
      return Promise.resolve();
    },
    rehearse: () => {
      seen.rehearsals++;
      return Promise.resolve();
    },
    waitUntil: (promise) => work.push(promise),
    bodyDeadline: () => new AbortController().signal,
    elapsed: () => 0,
    log: (event, fields) => seen.logged.push(JSON.stringify({ event, ...fields })),
    ...changes,
  };
  return { handler: createHandler(tools), tools, seen, work };
}

/** The methods of an object of a class, so that they can be spread. */
function bound(api: WorkerApi): WorkerApi {
  return {
    claim: (boot, trouble) => api.claim(boot, trouble),
    heartbeat: (checkpoint, signal) => api.heartbeat(checkpoint, signal),
    reserveEntries: (size, signal, only, bytes) => api.reserveEntries(size, signal, only, bytes),
    recordResults: (id, results, signal, setsAside) => api.recordResults(id, results, signal, setsAside),
    finish: (ending) => api.finish(ending),
  };
}

/** A request of the database. */
export function post(body: unknown, headers: HeadersInit = { "content-type": "application/json" }): Request {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return new Request("http://localhost/integration-sync", { method: "POST", headers, body: text });
}

/** The error in an answer. */
export async function errorOf(response: Response): Promise<{ code: string; message: string }> {
  const { error } = await response.json();
  return error;
}
