import type { EntryResult } from "../vouchers/entries.ts";
import { type Failure, SyncError } from "../core/errors.ts";
import { boundFetch } from "./http/bound_fetch.ts";
import type { Connector, ConnectorContext, OpenConnector } from "./connector.ts";
import { findConnector } from "./registry.ts";

/** Which integration is to be opened. */
export interface IntegrationToOpen {
  readonly integration_type: string;
  readonly config: unknown;
  readonly credentials: unknown;
  /** For which address the credentials were stored; null: there are none. */
  readonly address?: unknown;
  /** Why the database has not handed them out, in words. */
  readonly credentials_needed?: string | null | undefined;
}

/**
 * Opens an integration's connector; throws `no_connector`, `credentials_needed`, `invalid_config` or `invalid_credentials`.
 *
 * Credentials belong to an address. The database hands them out for the address that config has; here both are compared
 * once more, and each request is: see {@linkcode boundFetch}.
 *
 * What an external system says ends up in the run log, and one that is asked with a bad token may quote it. So
 * whatever the connector reports is rid of the context's secrets here, for every connector.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openConnector } from "./open_connector.ts";
 * import { connectors } from "./registry.ts";
 *
 * const integration = {
 *   integration_type: "webhook",
 *   config: { url: "https://erp.example/vouchers", batch_size: 50 },
 *   credentials: { signing_secret: `whsec_${btoa("a".repeat(32))}` },
 *   address: { url: "https://erp.example/vouchers" },
 * };
 * assert.equal(openConnector(connectors, integration).batchSize, 50);
 * ```
 */
export function openConnector(
  available: readonly Connector[],
  integration: IntegrationToOpen,
): OpenConnector {
  const { integration_type, config, credentials } = integration;
  const type = findConnector(available, integration_type);
  requireSameAddress(type, integration);
  const connector = type.open(config, credentials);
  const targets = type.targets(config);
  const bind = (context: ConnectorContext): ConnectorContext => ({
    ...context,
    fetch: boundFetch(context.fetch, targets),
  });
  const lookup = connector.lookup?.bind(connector);
  const findUnsound = connector.findUnsound?.bind(connector);
  const isIndependent = connector.independentBatches;
  const independentBatches: OpenConnector["independentBatches"] = typeof isIndependent === "function"
    ? (context, entries) => isIndependent.call(connector, bind(context), entries)
    : isIndependent;
  return {
    batchSize: connector.batchSize,
    ...(connector.batchBytes === undefined ? {} : { batchBytes: connector.batchBytes }),
    ...(connector.sliceEntries === undefined ? {} : { sliceEntries: connector.sliceEntries }),
    ...(independentBatches === undefined ? {} : { independentBatches }),
    ping: async (context) => {
      const outcome = await connector.ping(bind(context));
      return outcome.ok ? outcome : clean(outcome, context);
    },
    ...(findUnsound === undefined ? {} : {
      findUnsound: (context, entries) =>
        findUnsound(context, entries).map((found) => ({
          ...found,
          error: context.secrets.redact(found.error),
        })),
    }),
    ...(lookup === undefined ? {} : {
      lookup: async (context, entries) => {
        const found = clean(await lookup(bind(context), entries), context);
        return { ...found, settled: found.settled.map((result) => cleanResult(result, context)) };
      },
    }),
    export: async (context, batch) => {
      const outcome = clean(await connector.export(bind(context), batch), context);
      return { ...outcome, results: outcome.results.map((result) => cleanResult(result, context)) };
    },
  };
}

function requireSameAddress({ addressKeys }: Connector, integration: IntegrationToOpen): void {
  const { config, credentials, address = null, credentials_needed = null } = integration;
  if (credentials_needed === null) {
    if (credentials === null && address === null) return;
    if (addressKeys.every((key) => sameValue(Object(config)[key], Object(address)[key]))) return;
  }
  const words = "The credentials were stored for another address. An admin has to store them again.";
  throw new SyncError("credentials_needed", credentials_needed ?? words);
}

/** Of values that came out of the same jsonb, so their keys have one order. */
function sameValue(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function clean<T extends { readonly failure?: Failure }>(outcome: T, { secrets }: ConnectorContext): T {
  if (outcome.failure === undefined) return outcome;
  return { ...outcome, failure: { ...outcome.failure, message: secrets.redact(outcome.failure.message) } };
}

function cleanResult(result: EntryResult, { secrets }: ConnectorContext): EntryResult {
  if ("error" in result) return { ...result, error: secrets.redact(result.error) };
  if (result.state !== "exported" || result.external_id === undefined) return result;
  return { ...result, external_id: secrets.redact(result.external_id) };
}
