import type { Command } from "@commander-js/extra-typings";

/** Adds `doctor`. */
export function addDoctor(program: Command): void {
  program.command("doctor")
    .summary("look at a database, and print the SQL that repairs it")
    .description(
      "Looks at the database of SUPABASE_DB_URL, as the user postgres, and prints PASS, WARN or FAIL for each check, with " +
        "the SQL that repairs it. Everything that it tries is rolled back. It repairs nothing by itself.",
    )
    .option("--json", "print the findings as JSON: [{ check, status, message, sql }]")
    .option("--read-only", "do not ask the function: send it no warm-up, which leaves nothing behind")
    .addHelpText(
      "after",
      `
Exit code 1 says that a check failed.

Examples:
  SUPABASE_DB_URL="postgresql://postgres:...@db.REF.supabase.co:5432/postgres" npx sync-scheduler doctor
  npx sync-scheduler doctor --json --read-only`,
    )
    .action(async (options) => {
      const { runDoctor } = await import("../doctor/run.ts");
      await runDoctor(options);
    });
}
