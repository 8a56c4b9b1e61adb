/**
 * Business Central in memory, for examples: one journal and one ledger, without HTTP. What is tested over HTTP is the
 * fake's in `local/vendors`.
 *
 * @module
 */
import type { BusinessCentralClient } from "../api/client.ts";
import type { JournalLines, StandingLine } from "../books/journal.ts";
import type { PlannedVoucher } from "../voucher/plan.ts";
import type { ExportTools, Work } from "../export/work.ts";
import { testContext } from "../../../testing/connector_context.ts";

const uncoded = { description: "Kurs", taxCode: null, dimensions: [], isTaxed: false };

/** A voucher of two lines. */
export const voucher: PlannedVoucher = {
  entry_key: "a",
  documentNumber: "UB-1",
  externalDocumentNumber: "UB-1",
  postingDate: "2026-11-23",
  lines: [
    { lineNumber: 5001, accountNumber: "6860", amount: "100.1", ...uncoded },
    { lineNumber: 5002, accountNumber: "2910", amount: "-100.1", ...uncoded },
  ],
};

/** Tools on an empty journal and an empty ledger. */
export function emptyBooks(): ExportTools {
  let lines: StandingLine[] = [];
  const ledger: Record<string, string>[] = [];
  const client: BusinessCentralClient = {
    // Whatever was asked for, all of it: the caller looks for its own among it.
    list: (_path, _query, schema) => Promise.resolve(ledger.map((entry) => schema.parse(entry))),
    read: (_path, schema) => Promise.resolve(schema.parse({})),
    reach: () => Promise.resolve(),
    write: () => Promise.resolve(null),
  };
  const journal: JournalLines = {
    read: () => Promise.resolve(lines),
    insert(missing) {
      lines.push(...missing.map(({ voucher: { documentNumber, postingDate }, line }) => {
        const id = String(line.lineNumber);
        return { ...line, id, "@odata.etag": id, documentNumber, postingDate };
      }));
      return Promise.resolve({ refused: new Map(), taken: [] });
    },
    remove(gone) {
      lines = lines.filter((line) => !gone.includes(line));
      return Promise.resolve([]);
    },
    post() {
      for (const { documentNumber, postingDate, accountNumber, amount } of lines) {
        const [debitAmount, creditAmount] = amount.startsWith("-") ? ["0", amount.slice(1)] : [amount, "0"];
        ledger.push({ documentNumber, postingDate, accountNumber, debitAmount, creditAmount });
      }
      lines = [];
      return Promise.resolve();
    },
  };
  return {
    client,
    place: { companyPath: "companies(1)", journalPath: "companies(1)/journals(1)", journalCode: "SYNC" },
    journal,
    context: testContext(),
    rules: {
      currency: "NOK",
      period_rule: "posting_date",
      fiscal_year_ends: 12,
      ignored_fields: { voucher: [], line: [] },
      dimensions: {},
    },
    memory: { isNumberingChecked: false, begun: new Set(), isQuiet: false },
  };
}

/** An export of these vouchers that has just begun. */
export function beginWork(tools: ExportTools, vouchers: readonly PlannedVoucher[]): Work {
  return {
    tools,
    vouchers,
    results: new Map(),
    stood: new Set(),
    doubtful: new Set(),
    tried: new Set(),
    refused: new Map(),
    failure: null,
  };
}
