import type { EntryResult } from "../entries.ts";
import { type Failure, failure } from "../errors.ts";
import { storableText } from "../storable_text.ts";
import type { BusinessCentralClient } from "./business_central_client.ts";
import { compareJournal } from "./business_central_difference.ts";
import { BusinessCentralFault, setUpWrongly } from "./business_central_fault.ts";
import {
  isNothingToPost,
  type JournalLines,
  type StandingLine,
  wordsOf,
} from "./business_central_journal.ts";
import { findPostings, findTwins } from "./business_central_ledger.ts";
import { lookPatiently } from "./business_central_patience.ts";
import { documentOf, type PlannedVoucher } from "./business_central_plan.ts";
import { exported } from "./business_central_results.ts";
import { type Place, renumbers } from "./business_central_setup.ts";
import type { ConnectorContext } from "./connector.ts";

/** What an export works with. */
export interface ExportTools {
  readonly client: BusinessCentralClient;
  readonly place: Place;
  readonly journal: JournalLines;
  readonly context: ConnectorContext;
  readonly currency: string;
  readonly memory: SliceMemory;
}

/** What a slice has found out and the next export has to know. */
export interface SliceMemory {
  /** Whether something posted was found under the number it was sent with. */
  isNumberingChecked: boolean;
  /** Documents of which a lookup saw lines in the journal. */
  readonly begun: Set<string>;
}

/** An export under way. Documents are `documentOf` their vouchers. */
export interface Work {
  readonly tools: ExportTools;
  readonly vouchers: readonly PlannedVoucher[];
  readonly results: Map<string, EntryResult>;
  /** Documents of which lines stood in the journal, seen or confirmed, and were not removed by us since. */
  readonly stood: Set<string>;
  /** Documents of which something may have been written since the journal was read. */
  readonly doubtful: Set<string>;
  /** Vouchers of which lines were sent. */
  readonly tried: Set<PlannedVoucher>;
  /** By entry key, why Business Central refused it; its lines have yet to be removed, if there are any. */
  readonly refused: Map<string, string>;
  failure: Failure | null;
}

/**
 * Brings the journal to exactly these vouchers and posts it; with none, clears it of lines of ours.
 *
 * Posting takes the whole journal, whoever wrote its lines. So it is sent only when a read has just shown every line of
 * these vouchers and no other. Lines of earlier attempts are completed or removed. Lines that are gone without our doing
 * were posted by a request that came late: they are looked for in the ledger and not written again.
 */
export async function postGroup(work: Work, vouchers: readonly PlannedVoucher[]): Promise<void> {
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
    if (isNothingToPost(error.refusal)) return await settleVanished(work, ready);
    if (ready.length === 1) work.refused.set(first.entry_key, wordsOf(error.refusal));
    // Which voucher is at fault is said for people only: each is tried by itself.
    else for (const voucher of ready) await postGroup(work, [voucher]);
    return await postGroup(work, []);
  }
  work.doubtful.clear();
  for (const voucher of ready) {
    work.results.set(voucher.entry_key, exported(voucher));
    work.stood.delete(documentOf(voucher));
  }
  if (!work.tools.memory.isNumberingChecked) await checkNumbering(work, first);
}

/** Refuses a journal in which somebody else works. For the connection check; an export sees it for itself. */
export async function checkJournalIsOurs({ journal, place, context }: ExportTools): Promise<void> {
  const { foreign } = compareJournal(context.integration_id, await journal.read(), []);
  if (foreign.length > 0) throw foreignLines(place, foreign);
}

/** Takes note of which vouchers have lines in the journal. What the read shows is no longer in doubt. */
export function noteStanding(work: Work, standing: readonly StandingLine[]): void {
  const documents = new Set(standing.map(documentOf));
  for (const voucher of work.vouchers) {
    if (documents.has(documentOf(voucher))) work.stood.add(documentOf(voucher));
  }
  work.doubtful.clear();
}

/** Answers the vouchers of which the journal now holds every line, and nothing else. */
async function prepareJournal(work: Work, vouchers: readonly PlannedVoucher[]): Promise<PlannedVoucher[]> {
  const { journal, place, context } = work.tools;
  let open = [...vouchers];
  // A round for each voucher that may be refused: a refusal may undo, or leave undone, what is in the same batch.
  for (let rounds = 0; rounds < vouchers.length + 5; rounds++) {
    const standing = await journal.read();
    const documents = new Set(standing.map(documentOf));
    const isVanished = (voucher: PlannedVoucher) =>
      work.stood.has(documentOf(voucher)) && !documents.has(documentOf(voucher));
    await settleVanished(work, open.filter(isVanished));
    open = open.filter((voucher) => !isVanished(voucher));
    noteStanding(work, standing);

    const { foreign, surplus, missing } = compareJournal(context.integration_id, standing, open);
    if (foreign.length > 0) throw foreignLines(place, foreign);
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
        // Told no for certain, the journal says how far it got.
        const isCertain = error instanceof BusinessCentralFault && !error.isDoubtful;
        if (isCertain) await journal.read().then((lines) => noteStanding(work, lines), () => {});
        throw error;
      });
      // Before they are read: a posting that was late may take them at once.
      for (const voucher of taken) work.stood.add(documentOf(voucher));
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

async function removeLines(work: Work, lines: readonly StandingLine[]): Promise<void> {
  const gone = await work.tools.journal.remove(lines);
  // Lines that were gone before we came were perhaps posted: their document still counts as one that stood.
  for (const line of lines) if (!gone.includes(line)) work.stood.delete(documentOf(line));
}

/**
 * Vouchers that were sent and do not stand there. A batch of which something was refused may have been taken back as a
 * whole; but a posting that was late may have taken what it held, too.
 */
async function settlePosted(
  work: Work,
  missing: readonly { readonly voucher: PlannedVoucher }[],
): Promise<void> {
  const { client, place } = work.tools;
  const again = [...new Set(missing.map(({ voucher }) => voucher))].filter((one) => work.tried.has(one));
  if (again.length === 0) return;
  for (const [entry_key, posting] of await findPostings(client, place, again)) {
    const voucher = again.find((one) => one.entry_key === entry_key);
    if (posting !== "absent" && voucher !== undefined) work.results.set(entry_key, exported(voucher));
  }
}

/** Vouchers whose lines have left the journal without our doing. */
async function settleVanished(work: Work, vouchers: readonly PlannedVoucher[]): Promise<void> {
  if (vouchers.length === 0) return;
  const { client, place, context } = work.tools;
  const postings = await lookPatiently(
    context,
    () => findPostings(client, place, vouchers),
    (seen) => [...seen.values()].every((posting) => posting !== "absent"),
  );
  for (const voucher of vouchers) {
    const { entry_key } = voucher;
    // Also when the amounts differ: before our lines stood there, the ledger had nothing under this number.
    const isPosted = postings.get(entry_key) !== "absent";
    work.results.set(entry_key, isPosted ? exported(voucher) : { entry_key, state: "unknown" });
    if (isPosted) continue;
    const message =
      "Lines of ours have left the journal, but the ledger does not show them yet; they are looked for again before they are sent a second time.";
    work.failure = failure("ambiguous", "business_central_not_visible", message);
  }
}

/** Looks whether a voucher has kept its number: the API does not show a journal's posting number series. */
async function checkNumbering(work: Work, voucher: PlannedVoucher): Promise<void> {
  const { client, place, context, memory } = work.tools;
  const posting = await lookPatiently(
    context,
    async () => (await findPostings(client, place, [voucher])).get(voucher.entry_key),
    (seen) => seen !== "absent",
  );
  memory.isNumberingChecked = posting !== "absent";
  // Not there under its number, but there under another one.
  if (posting === "absent" && (await findTwins(client, place, voucher)).length > 0) {
    throw renumbers(place.journalCode);
  }
}

function foreignLines(place: Place, lines: readonly StandingLine[]): BusinessCentralFault {
  const count = lines.length === 1 ? "a line" : `${lines.length} lines`;
  const document = storableText(lines[0]?.documentNumber ?? "", 20) || "without a number";
  return setUpWrongly(
    "business_central_foreign_lines",
    `The journal ${place.journalCode} holds ${count} that this integration did not write (document ${document}), which posting would book too. Post or delete what is there, or choose a journal that only this integration uses.`,
  );
}
