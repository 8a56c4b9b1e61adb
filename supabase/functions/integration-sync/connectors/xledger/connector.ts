import { type ConnectorContext, defineConnector, type PingOutcome } from "../connector.ts";
import { parseXledgerConfig, parseXledgerCredentials } from "./config.ts";
import { findMissingCode } from "./codes.ts";
import { exportVouchers } from "./export.ts";
import { readFailure } from "./fault.ts";
import { lookupVouchers } from "./lookup.ts";
import { createPace } from "./pace.ts";
import { askXledger, type XledgerLink } from "./request.ts";
import { mostCharacters, unsoundVouchers } from "./voucher.ts";

/**
 * Exports entries as general ledger vouchers to Xledger, through its GraphQL API.
 *
 * Xledger takes whatever comes, twice if it comes twice, and stages it for an import that books it later. So a voucher
 * is looked for before every send, and counts as exported only when the journal shows it.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { xledger } from "./connector.ts";
 *
 * const open = xledger.open({ transaction_source: "GL", batch_size: 50 }, { token: "a-token" });
 * assert.equal(open.batchSize, 50);
 * assert.throws(() => xledger.open({}, null), { code: "invalid_credentials" });
 * ```
 */
export const xledger = defineConnector({
  type: "xledger",
  addressKeys: ["url"],
  targets: ({ url }) => [new URL(url)],
  parseConfig: parseXledgerConfig,
  parseCredentials: parseXledgerCredentials,
  connect: (config, credentials) => {
    const pace = createPace();
    const link = (context: ConnectorContext) => ({ config, credentials, context, pace });
    return {
      batchSize: config.batch_size,
      // Xledger names no limit of a request.
      batchBytes: mostCharacters,
      sliceEntries: 5000,
      // Each voucher is looked for by itself, and sent without regard to others.
      independentBatches: true,
      ping: (context) => ping(link(context)),
      findUnsound: (_context, entries) => unsoundVouchers(config, entries),
      lookup: (context, entries) => lookupVouchers(link(context), entries),
      export: (context, batch) => exportVouchers(link(context), batch),
    };
  },
});

/** The cheapest question there is, for requests are metered; and one more where the configuration has codes to check. */
async function ping(link: XledgerLink): Promise<PingOutcome> {
  const missing = await findMissingCode(link);
  if (missing !== "not asked") return missing === null ? { ok: true } : { ok: false, failure: missing };
  const { fault } = await askXledger(link, "{ __typename }");
  return fault === null ? { ok: true } : { ok: false, failure: readFailure(fault) };
}
