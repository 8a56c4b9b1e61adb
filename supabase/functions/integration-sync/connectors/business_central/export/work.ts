/**
 * What one export knows while it is under way.
 *
 * @module
 */
import type { EntryResult } from "../../../vouchers/entries.ts";
import type { Failure } from "../../../core/errors.ts";
import type { BusinessCentralClient } from "../api/client.ts";
import { documentOf } from "../voucher/document.ts";
import type { JournalLines, StandingLine } from "../books/journal.ts";
import type { PlannedVoucher, PlanRules } from "../voucher/plan.ts";
import type { Place } from "../setup.ts";
import type { ConnectorContext } from "../../connector.ts";

/** What an export works with. */
export interface ExportTools {
  readonly client: BusinessCentralClient;
  readonly place: Place;
  readonly journal: JournalLines;
  readonly context: ConnectorContext;
  readonly rules: PlanRules;
  readonly memory: SliceMemory;
}

/** What a slice has found out and the next export has to know. */
export interface SliceMemory {
  /** Whether something posted was found under the number it was sent with. */
  isNumberingChecked: boolean;
  /** Documents whose lines a lookup saw in the journal. */
  readonly begun: Set<string>;
  /** Whether it is known that no request of ours is still to be carried out. */
  isQuiet: boolean;
}

/** An export under way. Documents are `documentOf` their vouchers. */
export interface Work {
  readonly tools: ExportTools;
  readonly vouchers: readonly PlannedVoucher[];
  readonly results: Map<string, EntryResult>;
  /** Documents whose lines were in the journal, seen or confirmed, and were not removed by us since. */
  readonly stood: Set<string>;
  /** Documents that may have been written in part since the journal was read. */
  readonly doubtful: Set<string>;
  /** Vouchers whose lines were sent. */
  readonly tried: Set<PlannedVoucher>;
  /** By entry key, why Business Central refused it; its lines have yet to be removed, if there are any. */
  readonly refused: Map<string, string>;
  failure: Failure | null;
}

/**
 * Records the vouchers that have lines in the journal. What the read shows is no longer in doubt.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { beginWork, emptyBooks, voucher } from "../testing/books.ts";
 * import { recordStanding } from "./work.ts";
 *
 * const tools = emptyBooks();
 * const work = beginWork(tools, [voucher]);
 * await tools.journal.insert(voucher.lines.map((line) => ({ voucher, line })));
 * recordStanding(work, await tools.journal.read());
 * assert.deepEqual([...work.stood], ["UB-1 of 2026-11-23"]);
 * ```
 */
export function recordStanding(work: Work, standing: readonly StandingLine[]): void {
  const documents = new Set(standing.map(documentOf));
  for (const voucher of work.vouchers) {
    if (documents.has(documentOf(voucher))) work.stood.add(documentOf(voucher));
  }
  work.doubtful.clear();
}

/**
 * Whether something of it is in the journal, or may be.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { beginWork, emptyBooks, voucher } from "../testing/books.ts";
 * import { isOpen } from "./work.ts";
 *
 * const work = beginWork(emptyBooks(), [voucher]);
 * assert.equal(isOpen(work, voucher), false);
 * work.doubtful.add("UB-1 of 2026-11-23");
 * assert.equal(isOpen(work, voucher), true);
 * ```
 */
export function isOpen({ stood, doubtful }: Work, voucher: PlannedVoucher): boolean {
  return stood.has(documentOf(voucher)) || doubtful.has(documentOf(voucher));
}
