import type { Command } from "@commander-js/extra-typings";
import { count, hours, ORGANISATION, uuid } from "../arguments.ts";
import { apiHelp, EMAIL, ORG } from "./api_help.ts";

/** Adds `status`. */
export function addStatus(program: Command): void {
  program.command("status")
    .summary("show integrations, runs, slots and alerts of an organisation")
    .description(
      "Shows an organisation's integrations, its newest runs, the scheduled slots of the last hours that did not run as " +
        "they should, and its open alerts. Times are in UTC.",
    )
    .argument("<organisation>", ORGANISATION, uuid)
    .option("--runs <number>", "how many runs", count, 10)
    .option("--hours <number>", "how far back slots are looked at", hours, 24)
    .option(...EMAIL)
    .option("--json", "print { integrations, runs, slots, alerts }, with every slot")
    .addHelpText("after", apiHelp(`status ${ORG}`, `status ${ORG} --hours 72 --json`))
    .action(async (organisation, options) => {
      const { runStatus } = await import("../api/status.ts");
      await runStatus(organisation, options);
    });
}
