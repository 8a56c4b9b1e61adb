import type { ClaimedAlerts, MessageResult, SenderRef } from "../database/alerts_api.ts";
import type { WarmupRef } from "../database/answer_warmup.ts";
import type { TroubleMemory } from "../database/database_trouble.ts";
import type { CheckEnd, CheckRef, ClaimedCheck } from "../database/check_api.ts";
import type { Claim } from "../database/worker_answers.ts";
import type { AttemptRef, Boot, WorkerApi } from "../database/worker_api.ts";
import type { Log } from "../core/log.ts";
import type { SliceEnd } from "../jobs/run_slice.ts";

/** What the handler needs from outside. */
export interface HandlerTools {
  readonly nextBoot: () => Boot;
  /** Throws `function_misconfigured` when the environment lacks something. */
  readonly workerApi: (attempt: AttemptRef) => WorkerApi;
  /** Of this isolate. */
  readonly trouble: TroubleMemory;
  readonly runSlice: (api: WorkerApi, claim: Claim, claimedAt: number) => Promise<SliceEnd>;
  /** Throws as {@linkcode workerApi} and its claim do. */
  readonly claimChecks: (probes: readonly CheckRef[]) => Promise<readonly ClaimedCheck[]>;
  /** Checks a connection and reports the result to the database; throws when it cannot report. */
  readonly runCheck: (claimed: ClaimedCheck) => Promise<CheckEnd>;
  /** Throws as {@linkcode workerApi} and its claim do. */
  readonly claimAlerts: (senders: readonly SenderRef[]) => Promise<readonly ClaimedAlerts[]>;
  /** Posts messages to an alert webhook and reports the result to the database; throws when it cannot report. */
  readonly postAlerts: (claimed: ClaimedAlerts) => Promise<readonly MessageResult[]>;
  /** Reports to the database that the isolate is up; throws as {@linkcode workerApi} and its claim do. */
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
