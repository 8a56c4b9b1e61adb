import type { Command } from "@commander-js/extra-typings";
import { ORGANISATION, TYPE, uuid } from "../arguments.ts";
import { apiHelp, EMAIL, ORG } from "./api_help.ts";

/** Adds `trigger`. */
export function addTrigger(program: Command): void {
  program.command("trigger")
    .summary("start a sync")
    .description("Starts a sync and prints its run. With --wait, the exit code says whether it succeeded.")
    .argument("<organisation>", ORGANISATION, uuid)
    .argument("<type>", TYPE)
    .option("--wait", "wait until the run has ended")
    .option("--idempotency-key <key>", "the same key again answers the same run")
    .option(...EMAIL)
    .option("--json", "print the run as JSON")
    .addHelpText("after", apiHelp(`trigger ${ORG} webhook`, `trigger ${ORG} xledger --wait --json`))
    .action(async (organisation, type, options) => {
      const { runTrigger } = await import("../api/trigger.ts");
      await runTrigger(organisation, type, options);
    });
}
