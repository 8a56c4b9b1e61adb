import type { Command } from "@commander-js/extra-typings";
import { ORGANISATION, time, TYPE, uuid } from "../arguments.ts";
import { apiHelp, EMAIL, ORG } from "./api_help.ts";

/** Adds `why`. */
export function addWhy(program: Command): void {
  program.command("why")
    .summary("explain what became of a scheduled slot")
    .description(
      "Explains a slot of the schedule: whether it ran, how late, and why not. Without a time, the slots of the last 24 " +
        "hours. Times are in UTC.",
    )
    .argument("<organisation>", ORGANISATION, uuid)
    .argument("<type>", TYPE)
    .argument("[time]", "the slot's time with its zone", time)
    .option(...EMAIL)
    .option("--json", "print the slots as JSON")
    .addHelpText("after", apiHelp(`why ${ORG} xledger`, `why ${ORG} xledger 2026-11-30T02:00:00+01:00`))
    .action(async (organisation, type, at, options) => {
      const { runWhy } = await import("../api/why.ts");
      await runWhy(organisation, type, at, options);
    });
}
