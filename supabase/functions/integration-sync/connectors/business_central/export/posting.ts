import { storableText } from "../../../core/storable_text.ts";
import { compareJournal, differenceOf } from "../books/difference.ts";
import { documentOf } from "../voucher/document.ts";
import { BusinessCentralFault, setUpWrongly } from "../fault.ts";
import type { StandingLine } from "../books/journal.ts";
import type { PlannedLine, PlannedVoucher } from "../voucher/plan.ts";
import { wordsOf } from "../refusal.ts";
import { exported } from "./results.ts";
import type { Place } from "../setup.ts";
import { checkNumbering, settleLatePostings, settlePosted } from "./late_posting.ts";
import { type ExportTools, recordStanding, type Work } from "./work.ts";

/**
 * Brings the journal to exactly these vouchers and posts it; lines of those that are refused do not stay in it.
 *
 * Posting takes the whole journal, foreign lines as well. So it is sent only when a read has just shown every line of
 * these vouchers and no other. Lines of earlier attempts are completed or removed. Lines that are gone without our
 * doing were posted by a request that came late: they are looked for in the ledger and not written again.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { beginWork, emptyBooks, voucher } from "../testing/books.ts";
 * import { postGroup } from "./posting.ts";
 *
 * const work = beginWork(emptyBooks(), [voucher]);
 * await postGroup(work, [voucher]);
 * assert.deepEqual(work.results.get("a"), { entry_key: "a", state: "exported", external_id: "UB-1" });
 * ```
 */
export async function postGroup(work: Work, vouchers: readonly PlannedVoucher[]): Promise<void> {
  const before = work.refused.size;
  await postOrSplit(work, vouchers, ends);
  if (work.refused.size > before) await prepareJournal(work, []);
}

async function postOrSplit(
  work: Work,
  vouchers: readonly PlannedVoucher[],
  split: (vouchers: readonly PlannedVoucher[]) => readonly PlannedVoucher[][],
): Promise<void> {
  const ready = await prepareJournal(work, vouchers);
  const [first] = ready;
  if (first === undefined) return;
  ready.forEach((voucher) => work.doubtful.add(documentOf(voucher)));
  try {
    await work.tools.journal.post();
  } catch (error) {
    if (!(error instanceof BusinessCentralFault)) throw error;
    if (!error.isDoubtful) work.doubtful.clear();
    if (error.refusal === null) throw error;
    // There is nothing to post: English words would say so, and the journal says it in every language.
    if ((await work.tools.journal.read()).length === 0) return await settleLatePostings(work, ready);
    if (ready.length === 1) return void work.refused.set(first.entry_key, wordsOf(error.refusal));
    // Which voucher is at fault is said for people only, so parts are tried until it is alone.
    for (const part of split(ready)) await postOrSplit(work, part, halves);
    return;
  }
  work.doubtful.clear();
  for (const voucher of ready) {
    work.results.set(voucher.entry_key, exported(voucher));
    work.stood.delete(documentOf(voucher));
  }
  if (!work.tools.memory.isNumberingChecked) await checkNumbering(work, first);
}

/** The first and the last alone: when the fault is not theirs, both are refused, and that is known soon. */
function ends(vouchers: readonly PlannedVoucher[]): PlannedVoucher[][] {
  if (vouchers.length < 3) return halves(vouchers);
  return [vouchers.slice(0, 1), vouchers.slice(-1), vouchers.slice(1, -1)];
}

function halves(vouchers: readonly PlannedVoucher[]): PlannedVoucher[][] {
  const half = Math.ceil(vouchers.length / 2);
  return [vouchers.slice(0, half), vouchers.slice(half)];
}

/**
 * Refuses a journal in which another user works. For the connection check; an export sees it for itself.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { emptyBooks, voucher } from "../testing/books.ts";
 * import { checkJournalIsOurs } from "./posting.ts";
 *
 * const tools = emptyBooks();
 * await checkJournalIsOurs(tools);
 * await tools.journal.insert(voucher.lines.map((line) => ({ voucher, line: { ...line, lineNumber: 10_000 } })));
 * await assert.rejects(checkJournalIsOurs(tools), { name: "BusinessCentralFault" });
 * ```
 */
export async function checkJournalIsOurs({ journal, place, context }: ExportTools): Promise<void> {
  const { foreign } = compareJournal(context.integration_id, await journal.read(), []);
  if (foreign.length > 0) throw foreignLines(place, foreign);
}

/** Answers the vouchers whose lines the journal now holds, all of them and no others. */
async function prepareJournal(work: Work, vouchers: readonly PlannedVoucher[]): Promise<PlannedVoucher[]> {
  const { journal, place, context } = work.tools;
  let open = [...vouchers];
  let written = new Set<PlannedVoucher>();
  // A round for each voucher that may be refused: a refusal may undo, or leave undone, what is in the same batch.
  for (let rounds = 0; rounds < vouchers.length + 5; rounds++) {
    const standing = await journal.read();
    const documents = new Set(standing.map(documentOf));
    const hasLeft = (voucher: PlannedVoucher) =>
      work.stood.has(documentOf(voucher)) && !documents.has(documentOf(voucher));
    await settleLatePostings(work, open.filter(hasLeft));
    open = open.filter((voucher) => !hasLeft(voucher));
    recordStanding(work, standing);

    const { foreign, surplus, missing } = compareJournal(context.integration_id, standing, open);
    if (foreign.length > 0) throw foreignLines(place, foreign);
    for (const [voucher, field] of notKept(surplus, missing, written)) {
      work.refused.set(voucher.entry_key, notKeptWords(field));
      open = open.filter((one) => one !== voucher);
    }
    written = new Set();
    if (surplus.length > 0) await removeLines(work, surplus);
    else if (missing.length === 0) return open;
    else {
      await settlePosted(work, missing);
      if (missing.some(({ voucher }) => work.results.has(voucher.entry_key))) {
        open = open.filter(({ entry_key }) => !work.results.has(entry_key));
        continue;
      }
      missing.forEach(({ voucher }) => work.doubtful.add(documentOf(voucher)));
      const { refused, taken } = await journal.insert(missing).catch(async (error) => {
        // After a certain no, the journal says how far it got.
        const isCertain = error instanceof BusinessCentralFault && !error.isDoubtful;
        // The read before it has cleared all other doubts: these are the doubts of this insertion.
        if (isCertain && error.isUnsent) work.doubtful.clear();
        else if (isCertain) await journal.read().then((lines) => recordStanding(work, lines), () => {});
        throw error;
      });
      // Before they are read: a posting that was late may take them at once.
      for (const voucher of taken) work.stood.add(documentOf(voucher));
      written = new Set(taken);
      for (const { voucher } of missing) work.tried.add(voucher);
      for (const [entry_key, words] of refused) work.refused.set(entry_key, words);
      open = open.filter(({ entry_key }) => !refused.has(entry_key));
    }
  }
  throw setUpWrongly(
    "business_central_journal_in_use",
    `The journal ${place.journalCode} keeps changing while we work in it, or holds lines that are not shown to us. Choose a journal that only this integration uses.`,
  );
}

/** Vouchers that were just taken and are not as they were sent, each with a field that was not kept. */
function notKept(
  surplus: readonly StandingLine[],
  missing: readonly { readonly voucher: PlannedVoucher; readonly line: PlannedLine }[],
  written: ReadonlySet<PlannedVoucher>,
): Map<PlannedVoucher, string> {
  const found = new Map<PlannedVoucher, string>();
  for (const { voucher, line } of missing) {
    const stands = surplus.find(({ lineNumber }) => lineNumber === line.lineNumber);
    const field = stands === undefined ? null : differenceOf(stands, line);
    if (written.has(voucher) && field !== null) found.set(voucher, field);
  }
  return found;
}

function notKeptWords(field: string): string {
  return `Business Central took the voucher and did not keep the ${field} of a line as it was sent. Its version may be too old for that, or its setup changes it. Set that right, or list the field in ignored_fields.`;
}

async function removeLines(work: Work, lines: readonly StandingLine[]): Promise<void> {
  const gone = await work.tools.journal.remove(lines);
  // Lines that were gone before we came were perhaps posted: their document still counts as one that was there.
  for (const line of lines) if (!gone.includes(line)) work.stood.delete(documentOf(line));
}

function foreignLines(place: Place, lines: readonly StandingLine[]): BusinessCentralFault {
  const count = lines.length === 1 ? "a line" : `${lines.length} lines`;
  const document = storableText(lines[0]?.documentNumber ?? "", 20) || "without a number";
  return setUpWrongly(
    "business_central_foreign_lines",
    `The journal ${place.journalCode} holds ${count} that this integration did not write (document ${document}), which posting would book too. Post or delete what is there, or choose a journal that only this integration uses.`,
  );
}
