import { SyncError } from "../core/errors.ts";
import { businessCentral } from "./business_central/connector.ts";
import type { Connector } from "./connector.ts";
import { webhook } from "./webhook/connector.ts";
import { xledger } from "./xledger/connector.ts";

/** Every connector that this function carries. Adding one is one import and one word here. */
export const connectors: readonly Connector[] = [webhook, xledger, businessCentral];

/**
 * The connector of an integration type; throws `no_connector` when there is none.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { connectors, findConnector } from "./registry.ts";
 *
 * assert.equal(findConnector(connectors, "webhook").type, "webhook");
 * assert.throws(() => findConnector(connectors, "fax"), { code: "no_connector" });
 * ```
 */
export function findConnector(available: readonly Connector[], type: string): Connector {
  const connector = available.find((candidate) => candidate.type === type);
  if (connector !== undefined) return connector;
  throw new SyncError("no_connector", "This version cannot export to this kind of system yet.", {
    details: { integration_type: type },
  });
}
