/// <reference lib="dom" />
/**
 * The page of `elements.ts`: both elements on one controller, whose answers are the test's.
 *
 * @module
 */
import "../../../src/client/elements/mod.ts";
import "../../../src/client/elements/nb.ts";
import {
  describeError,
  en,
  type FollowListener,
  ManualSyncController,
  type ManualSyncSource,
  nb,
  type SyncRun,
  SyncSchedulerError,
  type SyncSchedulerErrorFields,
  systemEnvironment,
} from "../../../src/client/mod.ts";
import { aRun } from "../../../src/client/testing/run.ts";

/** What the test plays: the answers that come next, and what Realtime says. */
const stage = {
  presses: 0,
  cancels: 0,
  /** The answer to a press. */
  answer: { run: aRun() } as { run: SyncRun } | { error: SyncSchedulerErrorFields } | "never",
  overview: {} as Record<string, unknown> | "never",
  /** The run that ended last. */
  last: aRun(),
  listener: null as FollowListener | null,
  /** The run has changed. */
  change(changes: Partial<SyncRun>): void {
    version++;
    stage.listener?.onRun(aRun({ version, ...changes }));
    if (changes.finished_at) stage.listener?.onEnd?.();
  },
};
let version = 1;

const source: ManualSyncSource = {
  environment: systemEnvironment,
  messages: new URLSearchParams(location.search).get("locale") === "nb" ? nb : en,
  describe: (error, messages) =>
    describeError(error, { ...(messages ? { messages } : {}), nameOf: () => "Kari" }),
  overview: () =>
    stage.overview === "never"
      ? new Promise(() => {})
      : Promise.resolve([{ integration_type: "xledger", open_alerts: 0, ...stage.overview }] as never),
  getRun: () => Promise.resolve(stage.last),
  triggerManualSync: () => press(),
  retryRun: () => press(),
  cancelRun: () => {
    stage.cancels++;
    return Promise.resolve(
      aRun({ version: ++version, status: "running", cancel_requested_at: "2026-11-25T12:00:00Z" }),
    );
  },
  followRun: (_runId, listener, options = {}) => {
    stage.listener = listener;
    if (options.known) listener.onRun(options.known);
    return () => {};
  },
};

function press(): Promise<SyncRun> {
  stage.presses++;
  const { answer } = stage;
  if (answer === "never") return new Promise(() => {});
  if ("run" in answer) return Promise.resolve(answer.run);
  return Promise.reject(new SyncSchedulerError(answer.error));
}

/** Puts both elements on the page, with what the overview says, and the run that ended last. */
function show(overview: Record<string, unknown> | "never" = {}, last: Partial<SyncRun> = {}): void {
  stage.overview = overview;
  stage.last = aRun(last);
  const controller = new ManualSyncController(source, "o-1", "xledger");
  const button = document.createElement("manual-sync-button");
  const banner = document.createElement("sync-status-banner");
  for (const element of [button, banner]) {
    element.controller = controller;
    document.querySelector("main")?.append(element);
  }
}

Object.assign(globalThis, { stage, show });
