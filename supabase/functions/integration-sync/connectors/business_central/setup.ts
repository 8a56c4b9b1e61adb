import * as z from "../../core/zod.ts";
import { storableText } from "../../core/storable_text.ts";
import type { BusinessCentralClient } from "./api/client.ts";
import type { BusinessCentralConfig } from "./config.ts";
import { BusinessCentralFault, setUpWrongly } from "./fault.ts";

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const companySchema = z.object({ id: z.string(), name: z.string(), displayName: z.nullish(z.string()) });
const currencySchema = z.object({ currencyCode: z.nullish(z.string()) });
const journalSchema = z.looseObject({
  id: z.string(),
  code: z.string(),
  balancingAccountNumber: z.nullish(z.string()),
});

/** Where vouchers go. */
export interface Place {
  /** `companies(...)` and `companies(...)/journals(...)`, relative to the API's root. */
  readonly companyPath: string;
  readonly journalPath: string;
  readonly journalCode: string;
}

/**
 * Finds company and journal, and refuses a journal in which vouchers could not be found again or would not stay as
 * they are:
 *
 * - with a posting number series it renumbers: the number that we look up would not exist. The page of the API v2.0
 *   shows no such field (ALAppExtensions, APIV2Journals.Page.al). So it is refused where a tenant's page shows one.
 *   Otherwise the first posting finds it: see `checkNumbering`.
 * - with a balancing account every line would be balanced by itself.
 *
 * And a company that keeps its books in another currency than is configured: amounts would be booked as if they were in
 * that one.
 *
 * Throws BusinessCentralFault.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { emptyBooks } from "./testing/books.ts";
 * import { type BusinessCentralClient } from "./api/client.ts";
 * import { parseBusinessCentralConfig } from "./config.ts";
 * import { findPlace } from "./setup.ts";
 *
 * const answers: Record<string, unknown> = {
 *   companies: { id: "1", name: "CRONUS NO" },
 *   "companies(1)/companyInformation": { currencyCode: "NOK" },
 *   "companies(1)/journals": { id: "2", code: "SYNC" },
 * };
 * const client: BusinessCentralClient = {
 *   ...emptyBooks().client,
 *   list: (path, _query, schema) => Promise.resolve([schema.parse(answers[path])]),
 * };
 * const raw = { tenant_id: "t", environment: "Production", company: "cronus no", journal: "sync", currency: "NOK" };
 * const { journalPath } = await findPlace(client, parseBusinessCentralConfig(raw));
 * assert.equal(journalPath, "companies(1)/journals(2)");
 * ```
 */
export async function findPlace(
  client: BusinessCentralClient,
  config: BusinessCentralConfig,
): Promise<Place> {
  const companyPath = `companies(${await findCompany(client, config.company)})`;
  await checkCurrency(client, companyPath, config.currency);
  const journals = guid.test(config.journal)
    ? [await client.read(`${companyPath}/journals(${config.journal})`, journalSchema)]
    : await client.list(`${companyPath}/journals`, {}, journalSchema);
  const wanted = config.journal.trim().toUpperCase();
  const journal = guid.test(config.journal)
    ? journals[0]
    : journals.find(({ code }) => code.toUpperCase() === wanted);
  if (journal === undefined) {
    throw setUpWrongly(
      "business_central_no_journal",
      `The company has no general journal with the code ${
        storableText(config.journal, 50)
      }. Correct the code, or create the journal.`,
    );
  }
  if (
    Object.entries(journal).some(([name, value]) => isPostingSeries(name) && value !== "" && value !== null)
  ) {
    throw renumbers(journal.code);
  }
  if (journal.balancingAccountNumber) {
    throw setUpWrongly(
      "business_central_balancing_account",
      `The journal ${journal.code} has a balancing account, which would book every line twice. Remove it there, or choose another journal.`,
    );
  }
  return { companyPath, journalPath: `${companyPath}/journals(${journal.id})`, journalCode: journal.code };
}

/**
 * The refusal of a journal that gives vouchers new numbers.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { renumbers } from "./setup.ts";
 *
 * assert.equal(renumbers("SYNC").failure.code, "business_central_journal_renumbers");
 * ```
 */
export function renumbers(journalCode: string): BusinessCentralFault {
  return setUpWrongly(
    "business_central_journal_renumbers",
    `The journal ${journalCode} has a posting number series: it gives vouchers other numbers, under which they could not be found again. Remove the series, or choose another journal.`,
  );
}

/** Its `currencyCode` is the local one (ALAppExtensions, APIV2CompanyInformation.Page.al). */
async function checkCurrency(
  client: BusinessCentralClient,
  companyPath: string,
  wanted: string,
): Promise<void> {
  const path = `${companyPath}/companyInformation`;
  const found = await client.list(path, { $select: "currencyCode" }, currencySchema).catch((error) => {
    // Nothing else needs this page, so an app that may not read it is let through.
    if (error instanceof BusinessCentralFault && error.failure.class === "permanent") return [];
    throw error;
  });
  const currency = found[0]?.currencyCode?.trim().toUpperCase() ?? "";
  if (currency === "" || currency === wanted) return;
  throw setUpWrongly(
    "business_central_other_currency",
    `The company keeps its books in ${
      storableText(currency, 10)
    }, not in ${wanted} as configured. Correct the currency: amounts would be booked as they are.`,
  );
}

async function findCompany(client: BusinessCentralClient, wanted: string): Promise<string> {
  if (guid.test(wanted)) return wanted;
  const companies = await client.list("companies", { $select: "id,name,displayName" }, companySchema);
  const names = [wanted.trim().toLowerCase()];
  const found = companies.filter(({ name }) => names.includes(name.toLowerCase()));
  const alike = companies.filter(({ displayName }) => names.includes(displayName?.toLowerCase() ?? ""));
  const [company, other] = found.length > 0 ? found : alike;
  const shown = storableText(wanted, 100);
  if (company === undefined) {
    throw setUpWrongly(
      "business_central_no_company",
      `There is no company ${shown} in this environment. Correct its name.`,
    );
  }
  if (other !== undefined) {
    throw setUpWrongly(
      "business_central_no_company",
      `More than one company is called ${shown}: enter its id.`,
    );
  }
  return company.id;
}

function isPostingSeries(name: string): boolean {
  return /^posting_?(no|number)s?_?series/i.test(name);
}
