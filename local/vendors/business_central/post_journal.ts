import { ODataError } from "./odata_error.ts";
import type { Company, Journal, JournalLine, LedgerEntry } from "./store.ts";

const nothingToPost = { en: "There is nothing to post.", nb: "Det er ingenting å bokføre." } as const;

/**
 * Microsoft.NAV.post: posts the whole journal in one transaction, foreign lines as well, or nothing. Lines leave the
 * journal and become entries of the general ledger. A document is the lines of one number and date, and must balance.
 */
export function postJournal(company: Company, journal: Journal, visibleAt: number): void {
  if (journal.lines.length === 0) {
    throw refused(nothingToPost[company.language]);
  }
  for (const line of journal.lines) {
    const where = `Journal Batch Name='${journal.code}',Line No.='${line.lineNumber}'`;
    if (line.accountNumber === "" || line.amount === 0n || line.documentNumber === "") {
      throw refused(`Account No., Amount and Document No. must have a value in Gen. Journal Line: ${where}.`);
    }
    if (company.blockedAccounts.has(line.accountNumber)) {
      const message = `Blocked must be equal to 'No' in G/L Account: No.=${line.accountNumber}.`;
      throw new ODataError(400, "Application_FieldValidationException", message);
    }
    if (company.closedPeriods.has(line.postingDate.slice(0, 7))) {
      throw refused(`Posting Date is not within your range of allowed posting dates in ${where}.`);
    }
  }
  for (const { accountNumber, taxCode } of journal.lines) {
    // Codeunit 11, CheckAccountNo.
    if (taxCode !== "" && !company.postingTypes.has(accountNumber)) {
      const message =
        `G/L Account ${accountNumber} has a VAT Prod. Posting Group; then Gen. Posting Type must have a value.`;
      throw new ODataError(400, "Application_DialogException", message);
    }
  }
  // With a balancing account each line balances by itself.
  if (journal.balancingAccountNumber === "") checkBalances(journal);

  const posting = ++company.postings;
  const series = new Map<string, string>();
  for (const line of journal.lines) {
    const documentNumber = numberOf(journal, line.documentNumber, posting, series);
    const vat = vatOf(company, line);
    const amounts: [string, bigint][] = [[line.accountNumber, line.amount - vat]];
    if (vat !== 0n) amounts.push([company.vatAccount, vat]);
    if (journal.balancingAccountNumber !== "") amounts.push([journal.balancingAccountNumber, -line.amount]);
    for (const [accountNumber, amount] of amounts) {
      const entry: LedgerEntry = {
        id: crypto.randomUUID(),
        entryNumber: company.ledger.length + 1,
        postingDate: line.postingDate,
        documentNumber,
        externalDocumentNumber: line.externalDocumentNumber,
        accountNumber,
        description: line.description,
        amount,
        taxCode: line.taxCode,
        dimensions: line.dimensions,
        posting,
        visibleAt,
      };
      company.ledger.push(entry);
    }
  }
  journal.lines = [];
}

/** The VAT in an amount that includes it, rounded half away from zero. */
function vatOf(company: Company, { accountNumber, taxCode, amount }: JournalLine): bigint {
  const rate = company.postingTypes.has(accountNumber) ? company.taxGroups.get(taxCode) ?? 0n : 0n;
  const size = amount < 0n ? -amount : amount;
  const vat = (2n * size * rate + 100n + rate) / (2n * (100n + rate));
  return amount < 0n ? -vat : vat;
}

function checkBalances(journal: Journal): void {
  const sums = new Map<string, bigint>();
  for (const { documentNumber, postingDate, amount } of journal.lines) {
    const document = `${documentNumber} on ${postingDate}`;
    sums.set(document, (sums.get(document) ?? 0n) + amount);
  }
  for (const [document, sum] of sums) {
    if (sum !== 0n) throw refused(`Document No. ${document} is out of balance by ${sum} hundredths.`);
  }
}

function numberOf(journal: Journal, number: string, posting: number, series: Map<string, string>): string {
  if (journal.postingNumberSeries === "") return number;
  const given = series.get(number) ?? `${journal.postingNumberSeries}${posting * 1000 + series.size}`;
  series.set(number, given);
  return given;
}

function refused(message: string): ODataError {
  return new ODataError(400, "Application_DialogException", message);
}
