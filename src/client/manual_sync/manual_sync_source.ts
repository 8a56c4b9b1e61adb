import type { SyncSchedulerRepository } from "../repository.ts";

/**
 * What the controller needs of a repository. A page that hears of runs by a subscription of its own leaves
 * `followIntegration` out, and calls `load` when one begins.
 */
export type ManualSyncSource =
  & Pick<
    SyncSchedulerRepository,
    | "triggerManualSync"
    | "retryRun"
    | "cancelRun"
    | "overview"
    | "getRun"
    | "followRun"
    | "describe"
    | "messages"
    | "environment"
  >
  & Partial<Pick<SyncSchedulerRepository, "followIntegration">>;
