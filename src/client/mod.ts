/**
 * The client library of the Sync Scheduler: what a client app needs to start a sync, to follow it live and to show
 * people what happened. It runs in browsers, Deno and Node, and imports nothing at run time.
 *
 * @example
 * ```ts ignore
 * import { createClient } from "@supabase/supabase-js";
 * import { SyncSchedulerRepository } from "sync-scheduler";
 *
 * const syncs = new SyncSchedulerRepository(createClient(SUPABASE_URL, SUPABASE_PUBLISHABLE_KEY));
 * const run = await syncs.triggerManualSync(orgId, "xledger");
 * ```
 *
 * @module
 */
export type { Database, Json } from "../database_types.ts";
export { SYNC_ERRORS, type SyncErrorEntry, type SyncErrorMessage } from "../rpc-logic/error_codes.ts";
export * from "./entries_total.ts";
export * from "./environment.ts";
export * from "./follow_run.ts";
export * from "./instant.ts";
export type { ListRunsOptions, RunPage } from "./list_runs.ts";
export * from "./manual_sync/manual_sync_controller.ts";
export type * from "./manual_sync/manual_sync_source.ts";
export type {
  ManualSyncCommon,
  ManualSyncData,
  ManualSyncFailure,
  ManualSyncIdle,
  ManualSyncLoading,
  ManualSyncSnapshot,
} from "./manual_sync/manual_sync_state.ts";
export * from "./messages/describe_error.ts";
export * from "./messages/en.ts";
export * from "./messages/nb.ts";
export * from "./messages/sync_messages.ts";
export * from "./messages/time_words.ts";
export { type FailedAnswer, readError } from "./read_error.ts";
export * from "./repository.ts";
export type * from "./repository_options.ts";
export * from "./sync_scheduler_error.ts";
export * from "./types.ts";
export * from "./watch_run.ts";
