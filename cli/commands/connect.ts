import { type Command, Option } from "@commander-js/extra-typings";
import { ORGANISATION, TYPE, uuid } from "../arguments.ts";
import { apiHelp, EMAIL, ORG } from "./api_help.ts";

/** Adds `connect` and `credentials set`. */
export function addConnect(program: Command): void {
  program.command("connect")
    .summary("connect an external system, or change its config")
    .description(
      "Makes an organisation's integration of a type with this config, or changes its config. For an admin of the " +
        "organisation and the backend. Members read the config: secrets go into `credentials set`.",
    )
    .argument("<organisation>", ORGANISATION, uuid)
    .argument("<type>", TYPE)
    .addOption(new Option("--config <json>", "the config: a JSON object").conflicts("file"))
    .option("--file <path>", "a file that holds the config; - is standard input")
    .option("--reason <text>", "why, for the audit log")
    .option(...EMAIL)
    .option("--json", "print the integration as JSON")
    .addHelpText(
      "after",
      apiHelp(
        `connect ${ORG} webhook --config '{"url": "https://erp.example/entries"}'`,
        `connect ${ORG} xledger --file xledger.json --reason "Moved to the new ledger"`,
      ),
    )
    .action(async (organisation, type, options) => {
      const { runConnect } = await import("../api/connect.ts");
      await runConnect(organisation, type, options);
    });

  const credentials = program.command("credentials")
    .summary("store what an external system asks for")
    .addHelpText(
      "after",
      `\nExamples:\n  npx sync-scheduler credentials set ${ORG} webhook < credentials.json`,
    );
  credentials.command("set")
    .summary("store credentials in Vault, and check the connection")
    .description(
      "Stores an integration's credentials in Vault, which never shows them again, and starts a connection check. They are " +
        "a JSON object: from standard input, from a file, or typed hidden into a terminal. Never from arguments.",
    )
    .argument("<organisation>", ORGANISATION, uuid)
    .argument("<type>", TYPE)
    .option("--file <path>", "a file that holds them; - is standard input", "-")
    .option("--reason <text>", "why, for the audit log")
    .option(...EMAIL)
    .option("--json", "print the integration's health as JSON")
    .addHelpText(
      "after",
      apiHelp(
        `credentials set ${ORG} webhook < credentials.json`,
        `credentials set ${ORG} xledger --file credentials.json --reason "Rotated"`,
      ),
    )
    .action(async (organisation, type, options) => {
      const { runCredentialsSet } = await import("../api/connect.ts");
      await runCredentialsSet(organisation, type, options);
    });
}
