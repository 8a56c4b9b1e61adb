import { apiRoot, createClient } from "./api/client.ts";
import { checkCodes } from "./codes.ts";
import {
  type BusinessCentralConfig,
  type BusinessCentralCredentials,
  parseBusinessCentralConfig,
  parseBusinessCentralCredentials,
} from "./config.ts";
import { exportVouchers } from "./export/export.ts";
import { BusinessCentralFault } from "./fault.ts";
import { openJournal } from "./books/journal.ts";
import { lookUp } from "./lookup/lookup.ts";
import { hasLeftNothing } from "./lookup/stuck.ts";
import { recordWrite } from "./lookup/retry_lookup.ts";
import { checkJournalIsOurs } from "./export/posting.ts";
import { unsoundVouchers } from "./voucher/rules.ts";
import type { ExportTools, SliceMemory } from "./export/work.ts";
import { findPlace, type Place } from "./setup.ts";
import { createTokenCache, type TokenCache, tokenUrl } from "./api/token.ts";
import { allEntries, openEntries } from "../../vouchers/entries.ts";
import { type Connector, type ConnectorContext, defineConnector, type OpenConnector } from "../connector.ts";

/**
 * The connector of Dynamics 365 Business Central (API v2.0): each entry becomes a document of a general journal, which
 * is posted. Exactly once, by what Business Central itself keeps: line numbers that follow from the entry, and the
 * document number in the general ledger.
 *
 * VAT is booked as the voucher says. For accounts without a general posting type it has lines of its own. For accounts
 * with one, Business Central computes it by VAT codes. It posts a line with a VAT product posting group only to the
 * latter (codeunit 11, CheckAccountNo; confidence high). The API has no document type, so a `voucher_type` is refused.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { businessCentral } from "./connector.ts";
 *
 * const open = businessCentral.open(
 *   { tenant_id: "contoso.com", environment: "Production", company: "CRONUS NO", journal: "SYNC", currency: "NOK" },
 *   { client_id: "5f8b9e6c-0000-4000-8000-000000000001", client_secret: "secret" },
 * );
 * assert.equal(open.batchSize, 25);
 * ```
 */
export const businessCentral: Connector = createBusinessCentral(createTokenCache());

/**
 * A connector with a token cache of its own.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { createBusinessCentral } from "./connector.ts";
 * import { createTokenCache } from "./api/token.ts";
 *
 * assert.equal(createBusinessCentral(createTokenCache()).type, "dynamics");
 * ```
 */
export function createBusinessCentral(tokens: TokenCache): Connector {
  return defineConnector({
    type: "dynamics",
    addressKeys: ["tenant_id", "environment", "company", "api_url", "login_url"],
    targets: (address) => [apiRoot(address), tokenUrl(address)],
    parseConfig: parseBusinessCentralConfig,
    parseCredentials: parseBusinessCentralCredentials,
    connect: (config, credentials) => connect(config, credentials, tokens),
  });
}

function connect(
  config: BusinessCentralConfig,
  credentials: BusinessCentralCredentials,
  tokens: TokenCache,
): OpenConnector {
  // For as long as the connector is open, which is a slice.
  const memory: SliceMemory = { isNumberingChecked: false, begun: new Set(), isQuiet: false };
  let known: Place | null = null;

  async function open(context: ConnectorContext): Promise<ExportTools> {
    const client = createClient(config, credentials, tokens, context);
    const place = known ??= await findPlace(client, config);
    const hasDimensions = Object.keys(config.dimensions).length > 0;
    const journal = openJournal(client, place, context, () => recordWrite(context), hasDimensions);
    return { client, place, journal, context, rules: config, memory };
  }

  return {
    batchSize: config.batch_size,
    findUnsound: (_context, entries) => unsoundVouchers(config, entries),
    sliceEntries: 2000,
    async ping(context) {
      try {
        const client = createClient(config, credentials, tokens, context);
        await client.reach();
        // As if nothing were known: a person may have changed what was right.
        known = null;
        const tools = await open(context);
        await checkJournalIsOurs(tools);
        await checkCodes(client, tools.place, config);
        return { ok: true };
      } catch (error) {
        if (error instanceof BusinessCentralFault) return { ok: false, failure: error.failure };
        throw error;
      }
    },
    async independentBatches(context) {
      try {
        return await hasLeftNothing(await open(context), config.settle_seconds);
      } catch (error) {
        if (error instanceof BusinessCentralFault) return false;
        throw error;
      }
    },
    async lookup(context, entries) {
      try {
        return await lookUp(await open(context), config.settle_seconds, entries);
      } catch (error) {
        // What is not known is as unknown as it was.
        if (error instanceof BusinessCentralFault) return { settled: [], absent: [], failure: error.failure };
        throw error;
      }
    },
    async export(context, batch) {
      const entries = openEntries(batch.entries);
      let tools: ExportTools;
      try {
        tools = await open(context);
      } catch (error) {
        if (!(error instanceof BusinessCentralFault)) throw error;
        return { results: allEntries(entries, "pending"), failure: error.failure };
      }
      return await exportVouchers(tools, batch);
    },
  };
}
