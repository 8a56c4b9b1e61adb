import type { Command } from "@commander-js/extra-typings";

/** Adds `init`. */
export function addInit(program: Command): void {
  program.command("init")
    .summary("install step by step, with questions")
    .description(
      "Asks what an install needs, shows what it would bring into the project, and writes nothing without a yes. Without a " +
        "terminal, --yes answers for you.",
    )
    .option("--workdir <path>", "the project: the folder that holds supabase/")
    .option("--without-membership", "leave out organisations and members, for a project that has its own")
    .option("--yes", "write without asking")
    .addHelpText(
      "after",
      "\nExamples:\n  npx sync-scheduler init\n  npx sync-scheduler init --workdir my-project --yes",
    )
    .action(async (options) => {
      const { runInit } = await import("../install/init.ts");
      await runInit(options);
    });
}
