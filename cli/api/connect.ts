import { readFile } from "node:fs/promises";
import process from "node:process";
import { text } from "node:stream/consumers";
import type { Database } from "../../src/client/mod.ts";
import { CliError, EXIT, explain } from "../errors.ts";
import { printJson } from "../output.ts";
import { askSecret } from "../prompts.ts";
import { checkSettings, exampleOf, type SettingsKind } from "./connector_settings.ts";
import { openApi } from "./open_api.ts";

/** What was given to `credentials set`. */
export interface CredentialsCommand {
  /** Where the credentials are; `-` is standard input. */
  readonly file: string;
  readonly reason?: string | undefined;
  readonly email?: string | undefined;
  readonly json?: boolean | undefined;
}

/** What was given to `connect`. */
export interface ConnectCommand extends Omit<CredentialsCommand, "file"> {
  readonly config?: string | undefined;
  readonly file?: string | undefined;
}

/** What the JSON is, and for which type of integration. */
interface Wanted {
  readonly kind: SettingsKind;
  readonly type: string;
}

/** Of the type of a host's own connector. */
const UNCHECKED =
  " Its config is not checked, because its connector is the project's own: `status` says whether it works.";

/** Makes an integration, or changes its config. */
export async function runConnect(orgId: string, type: string, options: ConnectCommand): Promise<void> {
  const { config: given, file, reason } = options;
  const wanted: Wanted = { kind: "config", type };
  if (given === undefined && file === undefined) {
    throw new CliError(
      `Give the config: --config JSON or --file PATH. An example: ${exampleOf(type, "config")}`,
      EXIT.usage,
    );
  }
  const config = given === undefined ? await readObject(file ?? "-", wanted) : parseObject(given, wanted);
  const isChecked = checkSettings(type, "config", config);
  const api = await openApi(options);
  const integration = await api.call("connect_integration", {
    org_id: orgId,
    integration_type: type,
    config,
    reason: reason ?? null,
  });
  if (options.json === true) return printJson(integration);
  console.log(
    `${type} is connected.${isChecked ? "" : UNCHECKED} Next:\n` +
      `  npx sync-scheduler credentials set ${orgId} ${type}\n  npx sync-scheduler trigger ${orgId} ${type}`,
  );
}

/** Stores credentials, which are never printed. */
export async function runCredentialsSet(
  orgId: string,
  type: string,
  options: CredentialsCommand,
): Promise<void> {
  const api = await openApi(options);
  // Before a person types: the secrets are meant for the address of now, and must not reach another one. Without an
  // integration the call says what is wrong.
  const { data, error, status } = await api.client.from("sync_integrations")
    .select("config").eq("org_id", orgId).eq("integration_type", type).maybeSingle();
  if (error !== null) throw api.fault({ error, status });
  const wanted: Wanted = { kind: "credentials", type };
  const credentials = options.file === "-" && process.stdin.isTTY === true
    ? parseObject(
      await askSecret(`Credentials of ${type}, as a JSON object`, "The credentials come from --file."),
      wanted,
    )
    : await readObject(options.file, wanted);
  checkSettings(type, "credentials", credentials);
  const health = await api.call<Database["public"]["Tables"]["sync_integration_health"]["Row"]>(
    "set_integration_credentials",
    {
      org_id: orgId,
      integration_type: type,
      credentials,
      reason: options.reason ?? null,
      address: data?.config ?? {},
    },
  );
  if (options.json === true) return printJson(health);
  console.log(
    `The credentials are stored; the connection is being checked. See how it ends:\n  npx sync-scheduler status ${orgId}`,
  );
}

async function readObject(file: string, wanted: Wanted): Promise<object> {
  const contents = file === "-"
    ? await text(process.stdin)
    : await readFile(file, "utf8").catch((error: unknown) => {
      throw new CliError(`${file} cannot be read: ${explain(error)}.`);
    });
  return parseObject(contents, wanted);
}

/** An error names no part of the text: it may be a secret. */
function parseObject(contents: string, { kind, type }: Wanted): object {
  let value: unknown;
  try {
    value = JSON.parse(contents);
  } catch {
    value = null;
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw new CliError(`The ${kind} must be a JSON object, such as ${exampleOf(type, kind)}`, EXIT.usage);
}
