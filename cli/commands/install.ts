import { type Command, Option } from "@commander-js/extra-typings";

/** Options that every command has which changes a project's files. */
const WORKDIR = "--workdir <path>";
const WORKDIR_HELP = "the project: the folder that holds supabase/";

/** Adds `install`, `upgrade` and `uninstall`. */
export function addInstall(program: Command): void {
  for (const name of ["install", "upgrade"] as const) {
    program.command(name)
      .summary(name === "install" ? "bring the bundle into a project" : "bring a project up to date")
      .description(
        `${
          name === "install" ? "Brings this bundle into" : "Brings the bundle up to date in"
        } a Supabase project: ` +
          "its migrations, stamped to sort behind the project's own, the Edge Function and its block of config.toml. " +
          "Nothing is applied or deployed.",
      )
      .option(WORKDIR, WORKDIR_HELP, ".")
      .option("--dry-run", "list the files that would change, and change nothing")
      .option("--diff", "show what would change as a unified diff, and change nothing")
      .option("--without-membership", "leave out organisations and members, for a project that has its own")
      .addOption(
        new Option("--keep", "leave shipped files that were edited as they are").conflicts("force"),
      )
      .option("--force", "put back what the bundle brings where shipped files were edited")
      .addHelpText(
        "after",
        `\nExamples:\n  npx sync-scheduler ${name}\n  npx sync-scheduler ${name} --dry-run`,
      )
      .action(async (options) => {
        const { runInstall } = await import("../install/run.ts");
        await runInstall({ ...options, isUpgrade: name === "upgrade" });
      });
  }
  program.command("uninstall")
    .summary("take the bundle out of a project")
    .description("Writes a migration that takes the bundle out and keeps its data, and removes the function.")
    .option(WORKDIR, WORKDIR_HELP, ".")
    .option("--dry-run", "list the files that would change, and change nothing")
    .option("--diff", "show what would change as a unified diff, and change nothing")
    .option("--drop-data", "drop the data too")
    .addOption(new Option("--keep", "leave shipped files that were edited as they are").conflicts("force"))
    .option("--force", "remove shipped files that were edited too")
    .addHelpText(
      "after",
      "\nExamples:\n  npx sync-scheduler uninstall\n  npx sync-scheduler uninstall --drop-data",
    )
    .action(async (options) => {
      const { runUninstall } = await import("../install/run.ts");
      await runUninstall(options);
    });
}
