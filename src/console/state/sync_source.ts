import type { ManualSyncSource, SyncOverview, SyncSchedulerRepository } from "../../client/mod.ts";

/**
 * The repository as the controllers of a page see it: all that ask for the overview at once share one answer, which has
 * every integration in it.
 */
export function shareOverview(repository: SyncSchedulerRepository): ManualSyncSource {
  let asked: Promise<SyncOverview[]> | undefined;
  return {
    environment: repository.environment,
    messages: repository.messages,
    triggerManualSync: (...args) => repository.triggerManualSync(...args),
    retryRun: (...args) => repository.retryRun(...args),
    cancelRun: (...args) => repository.cancelRun(...args),
    getRun: (...args) => repository.getRun(...args),
    followRun: (...args) => repository.followRun(...args),
    describe: (...args) => repository.describe(...args),
    // Without the signal: one who gives up must not take the answer away from the others.
    overview: (orgId) => asked ??= repository.overview(orgId).finally(() => asked = undefined),
  };
}
