import type { EntryResult } from "../entries.ts";
import type { Failure } from "../errors.ts";
import type { Connector, ConnectorContext, OpenConnector } from "./connector.ts";
import { findConnector } from "./registry.ts";

/** Which integration is to be opened. */
export interface IntegrationToOpen {
  readonly integration_type: string;
  readonly config: unknown;
  readonly credentials: unknown;
}

/**
 * Opens an integration's connector; throws `no_connector`, `invalid_config` or `invalid_credentials`.
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
 * };
 * assert.equal(openConnector(connectors, integration).batchSize, 50);
 * ```
 */
export function openConnector(
  available: readonly Connector[],
  { integration_type, config, credentials }: IntegrationToOpen,
): OpenConnector {
  const connector = findConnector(available, integration_type).open(config, credentials);
  const lookup = connector.lookup?.bind(connector);
  const findUnsound = connector.findUnsound?.bind(connector);
  const independentBatches = typeof connector.independentBatches === "function"
    ? connector.independentBatches.bind(connector)
    : connector.independentBatches;
  return {
    batchSize: connector.batchSize,
    ...(connector.batchBytes === undefined ? {} : { batchBytes: connector.batchBytes }),
    ...(connector.sliceEntries === undefined ? {} : { sliceEntries: connector.sliceEntries }),
    ...(independentBatches === undefined ? {} : { independentBatches }),
    ping: async (context) => {
      const outcome = await connector.ping(context);
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
        const found = clean(await lookup(context, entries), context);
        return { ...found, settled: found.settled.map((result) => cleanResult(result, context)) };
      },
    }),
    export: async (context, batch) => {
      const outcome = clean(await connector.export(context, batch), context);
      return { ...outcome, results: outcome.results.map((result) => cleanResult(result, context)) };
    },
  };
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
