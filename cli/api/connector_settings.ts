import {
  parseBusinessCentralConfig,
  parseBusinessCentralCredentials,
} from "../../supabase/functions/integration-sync/connectors/business_central/config.ts";
import {
  parseWebhookConfig,
  parseWebhookCredentials,
} from "../../supabase/functions/integration-sync/connectors/webhook/config.ts";
import {
  parseXledgerConfig,
  parseXledgerCredentials,
} from "../../supabase/functions/integration-sync/connectors/xledger/config.ts";
import { SyncError } from "../../supabase/functions/integration-sync/core/errors.ts";
import { CliError, EXIT } from "../errors.ts";

/** What a person gives for an integration. */
export type SettingsKind = "config" | "credentials";

/** How a connector reads it, and what it may look like. */
interface Settings {
  parse(raw: unknown): unknown;
  readonly example: string;
}

const CONNECTORS = new Map<string, Readonly<Record<SettingsKind, Settings>>>([
  ["webhook", {
    config: { parse: parseWebhookConfig, example: '{"url": "https://erp.example/entries"}' },
    credentials: { parse: parseWebhookCredentials, example: '{"signing_secret": "whsec_..."}' },
  }],
  ["xledger", {
    config: { parse: parseXledgerConfig, example: '{"transaction_source": "GL"}' },
    credentials: { parse: parseXledgerCredentials, example: '{"token": "..."}' },
  }],
  ["dynamics", {
    config: {
      parse: parseBusinessCentralConfig,
      example: '{"tenant_id": "contoso.onmicrosoft.com", "environment": "Production", ' +
        '"company": "CRONUS NO", "journal": "SYNC", "currency": "NOK"}',
    },
    credentials: {
      parse: parseBusinessCentralCredentials,
      example: '{"client_id": "...", "client_secret": "..."}',
    },
  }],
]);

/**
 * What the connector of a type reads, or any JSON object where the type is a host's own.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { exampleOf } from "./connector_settings.ts";
 *
 * assert.equal(exampleOf("xledger", "credentials"), '{"token": "..."}');
 * ```
 */
export function exampleOf(type: string, kind: SettingsKind): string {
  return CONNECTORS.get(type)?.[kind].example ?? '{"name": "value"}';
}

/**
 * Reads what is given as the connector will, before anything is sent. An error names the field, never its value.
 *
 * @returns Whether it was read: the connector of a type that a host has added is not known here.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { checkSettings } from "./connector_settings.ts";
 *
 * assert.equal(checkSettings("fax", "config", {}), false);
 * assert.equal(checkSettings("xledger", "config", {}), true);
 * assert.throws(() => checkSettings("webhook", "config", {}), /url is missing\. Nothing was stored\./);
 * ```
 */
export function checkSettings(type: string, kind: SettingsKind, given: object): boolean {
  const settings = CONNECTORS.get(type)?.[kind];
  if (settings === undefined) return false;
  try {
    settings.parse(given);
    return true;
  } catch (error) {
    if (!(error instanceof SyncError)) throw error;
    throw new CliError(`${error.message} Nothing was stored. An example: ${settings.example}`, EXIT.usage);
  }
}
