import process from "node:process";
import { setTimeout } from "node:timers/promises";
import { isFinal, type SyncRun } from "../../src/client/mod.ts";
import { CliError, EXIT } from "../errors.ts";
import { plain, printJson } from "../output.ts";
import { openApi } from "./open_api.ts";

/** How often a run is looked at. */
const POLL_MS = 1_000;
const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/** What was given to `trigger`. */
export interface TriggerCommand {
  readonly wait?: boolean | undefined;
  readonly idempotencyKey?: string | undefined;
  readonly email?: string | undefined;
  readonly json?: boolean | undefined;
}

/** Starts a sync, and waits for its end if asked to. */
export async function runTrigger(orgId: string, type: string, options: TriggerCommand): Promise<void> {
  const { syncs } = await openApi(options);
  let run = await syncs.triggerManualSync(orgId, type, { idempotencyKey: options.idempotencyKey });
  const stopWaiting = () => {
    console.error(
      `No longer waiting. Run ${run.run_id} goes on: \`sync-scheduler status ${orgId}\` shows what becomes of it.`,
    );
    process.exit(EXIT.interrupted);
  };
  if (options.wait === true) { for (const signal of SIGNALS) process.once(signal, stopWaiting); }
  while (options.wait === true && !isFinal(run)) {
    await setTimeout(POLL_MS);
    run = await syncs.getRun(run.run_id);
  }
  for (const signal of SIGNALS) process.off(signal, stopWaiting);
  if (options.json === true) printJson(run);
  else console.log(describe(run));
  if (options.wait === true && run.status !== "succeeded") throw new CliError("", EXIT.failed);
}

function describe(run: SyncRun): string {
  const entries = isFinal(run) ? `: ${run.entries_done} exported, ${run.entries_failed} rejected` : "";
  const why = run.error_message ?? run.error_code;
  const verb = run.status === "succeeded" || run.status === "failed" ? "" : "is ";
  return `Run ${run.run_id} ${verb}${run.status}${entries}.${why === null ? "" : ` ${plain(why)}`}`;
}
