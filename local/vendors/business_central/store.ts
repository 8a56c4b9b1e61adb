import type { ExactNumber } from "./exact_json.ts";

/** An unposted line. Amounts are in hundredths: debit above zero, credit below. */
export interface JournalLine {
  readonly id: string;
  readonly etag: string;
  readonly lineNumber: number;
  readonly accountNumber: string;
  readonly postingDate: string;
  readonly documentNumber: string;
  readonly externalDocumentNumber: string;
  readonly amount: bigint;
  readonly description: string;
  readonly comment: string;
  /** The VAT product posting group. */
  readonly taxCode: string;
  /** Values by the code of their dimension; those that the account brings are among them. */
  readonly dimensions: ReadonlyMap<string, string>;
}

/** A journal of a company. */
export interface Journal {
  readonly id: string;
  readonly code: string;
  readonly displayName: string;
  /** With one, posting gives every document a new number. */
  postingNumberSeries: string;
  /** With one, every line is balanced by itself against this account. */
  balancingAccountNumber: string;
  lines: JournalLine[];
}

/** A posted line. The external document number is kept, but the API does not show it. */
export interface LedgerEntry {
  readonly id: string;
  readonly entryNumber: number;
  readonly postingDate: string;
  readonly documentNumber: string;
  readonly externalDocumentNumber: string;
  readonly accountNumber: string;
  readonly description: string;
  readonly amount: bigint;
  readonly taxCode: string;
  readonly dimensions: ReadonlyMap<string, string>;
  /** Which posting made it; one posting is one transaction. */
  readonly posting: number;
  /** Since when reads show it, on the fake's clock. */
  readonly visibleAt: number;
}

/** A company with what an exporter touches of it. */
export interface Company {
  readonly id: string;
  readonly name: string;
  readonly displayName: string;
  readonly accounts: Set<string>;
  /** In which it keeps its books. */
  currency: string;
  readonly journals: Journal[];
  readonly ledger: LedgerEntry[];
  postings: number;
  /** Months (YYYY-MM) that take no postings any more. */
  readonly closedPeriods: Set<string>;
  /** Accounts that take no postings; a journal may have such lines all the same. */
  readonly blockedAccounts: Set<string>;
  /** Values by the code of their dimension. */
  readonly dimensions: Map<string, Set<string>>;
  /** Dimensions that a line gets from its account. */
  readonly defaultDimensions: Map<string, Map<string, string>>;
  /** VAT in percent by product posting group. */
  readonly taxGroups: Map<string, bigint>;
  /** Accounts with a general posting type: VAT is computed for lines with a VAT product posting group. */
  readonly postingTypes: Set<string>;
  /** Where computed VAT goes. */
  vatAccount: string;
  /** Whether a new line keeps the tax code of its request: older versions do not. */
  keepsTaxCode: boolean;
  /** In which it says that a journal is empty. */
  language: "en" | "nb";
}

/** What a line of a request may say; numbers have their digits. */
export interface LineFields {
  readonly lineNumber?: ExactNumber;
  readonly accountType?: string;
  readonly accountNumber?: string;
  readonly postingDate?: string;
  readonly documentNumber?: string;
  readonly externalDocumentNumber?: string;
  readonly amount?: ExactNumber;
  readonly description?: string;
  readonly comment?: string;
  readonly taxCode?: string;
  readonly dimensionSetLines?: readonly { readonly code?: string; readonly valueCode?: string }[];
}

/** A company with one journal and the accounts of a small Norwegian chart. */
export function newCompany(): Company {
  return {
    id: crypto.randomUUID(),
    name: "CRONUS NO",
    displayName: "CRONUS Norge AS",
    currency: "NOK",
    accounts: new Set([
      "1920",
      "2710",
      "2711",
      "2713",
      "2714",
      "2910",
      "5910",
      "6540",
      "6860",
      "7100",
      "7140",
    ]),
    journals: [newJournal("SYNC")],
    ledger: [],
    postings: 0,
    closedPeriods: new Set(),
    blockedAccounts: new Set(),
    dimensions: new Map([
      ["AVDELING", new Set(["SALG", "INNKJØP", "ØKONOMI"])],
      ["PROSJEKT", new Set(["P1", "P2", "P3"])],
      ["REGION", new Set(["N", "S"])],
    ]),
    defaultDimensions: new Map(),
    taxGroups: new Map([["HØY", 25n], ["MIDDELS", 15n], ["NULL", 0n]]),
    postingTypes: new Set(),
    vatAccount: "2710",
    keepsTaxCode: true,
    language: "en",
  };
}

/** Takes everything back that was posted, and empties the journals. */
export function clearBooks(company: Company): void {
  company.ledger.length = 0;
  company.postings = 0;
  for (const journal of company.journals) journal.lines = [];
}

/** An empty journal. */
export function newJournal(code: string): Journal {
  return {
    id: crypto.randomUUID(),
    code,
    displayName: `Journal ${code}`,
    postingNumberSeries: "",
    balancingAccountNumber: "",
    lines: [],
  };
}
