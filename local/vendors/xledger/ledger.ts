import {
  type Decimal,
  formatDecimal,
  parseDecimal,
  sumDecimals,
} from "../../../supabase/functions/integration-sync/vouchers/decimal.ts";
import type { Behaviour } from "./behaviour.ts";

/** One line of a voucher as `addGLImportItems` takes it. */
export interface ImportNode {
  readonly postedDate?: string;
  readonly account?: { readonly code?: string };
  readonly amount?: string;
  readonly invoiceAmount?: string;
  readonly text?: string;
  readonly extIdentifier?: string;
  readonly trRegNumber?: number;
  readonly [field: string]: unknown;
}

export interface StagedItem {
  readonly dbId: number;
  readonly node: ImportNode;
  readonly visibleAt: number;
  readonly stagedAt: number;
  state: "waiting" | "refused" | "imported";
}

export interface JournalEntry {
  readonly dbId: number;
  readonly transactionNumber: number;
  readonly node: ImportNode;
  readonly amount: string;
  readonly visibleAt: number;
}

export interface ImportError {
  readonly dbId: number;
  readonly transactionDbId: number;
  readonly message: string;
  readonly level: "Error" | "Warning";
}

/** Why a line names something that does not exist, or null. */
export function codeFault(node: ImportNode, behaviour: Behaviour): string | null {
  const account = node.account?.code ?? "";
  if (behaviour.badAccounts.has(account)) return `Account ${account} does not exist.`;
  const taxRule = codeOf(node.taxRule);
  if (taxRule !== null && !behaviour.taxRules.has(taxRule)) return `Tax rule ${taxRule} does not exist.`;
  for (const field of ["glObject1", "glObject2", "glObject3", "glObject4", "glObject5"]) {
    const code = codeOf(node[field]);
    if (code !== null && !behaviour.glObjects[field]?.has(code)) {
      return `${field} has no value ${code}.`;
    }
  }
  return null;
}

/** The code of a `{ code }` of a node, or null. */
export function codeOf(input: unknown): string | null {
  return typeof input === "object" && input !== null && "code" in input && typeof input.code === "string"
    ? input.code
    : null;
}

/** What the fake Xledger has staged and booked. Nothing in here is idempotent: whatever comes is taken. */
export class Ledger {
  staged: StagedItem[] = [];
  readonly journal: JournalEntry[] = [];
  errors: ImportError[] = [];
  #lastId = 5_000_000;
  #lastTransaction = 20_260_000;

  constructor(readonly behaviour: Behaviour) {}

  stage(node: ImportNode, now: number): StagedItem {
    const visibleAt = now + this.behaviour.visibilityDelayMs;
    const item: StagedItem = { dbId: ++this.#lastId, node, visibleAt, stagedAt: now, state: "waiting" };
    this.staged.push(item);
    return item;
  }

  /** How often each external identifier was booked. Anything but 1 is a wrong ledger. */
  counts(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const { node } of this.journal) {
      const id = node.extIdentifier ?? "";
      counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    return counts;
  }

  /** Imports what is due, voucher by voucher; with `everything`, what waits. */
  import(now: number, everything = false): void {
    const delay = this.behaviour.importDelayMs;
    const isDue = (item: StagedItem) =>
      item.state === "waiting" && (everything || (delay !== null && item.stagedAt + delay <= now));
    const vouchers = Map.groupBy(this.staged.filter(isDue), (item) => item.node.trRegNumber);
    for (const items of vouchers.values()) this.#importVoucher(items, now);
    if (!this.behaviour.keepsImported) this.staged = this.staged.filter((item) => item.state !== "imported");
  }

  /** A person deletes items that the import has refused. */
  removeRefused(): void {
    this.staged = this.staged.filter((item) => item.state !== "refused");
  }

  /** Forgets everything. */
  clear(): void {
    this.staged = [];
    this.journal.length = 0;
    this.errors = [];
  }

  #importVoucher(items: readonly StagedItem[], now: number): void {
    const faults = items.flatMap((item) => {
      const message = codeFault(item.node, this.behaviour);
      return message === null ? [] : [{ item, message }];
    });
    const rest = sumDecimals(items.map(({ node }) => amountOf(node)));
    const [first] = items;
    if (faults.length === 0 && rest.units !== 0n && first !== undefined) {
      faults.push({ item: first, message: `The transaction does not balance: ${formatDecimal(rest)}.` });
    }
    for (const { item, message } of faults) this.#addError(item, message, "Error");
    for (const item of items) item.state = faults.length > 0 ? "refused" : "imported";
    if (faults.length > 0) return;

    const transactionNumber = ++this.#lastTransaction;
    for (const item of items) {
      const code = item.node.account?.code ?? "";
      if (this.behaviour.questionableAccounts.has(code)) {
        this.#addError(item, `Account ${code} is old.`, "Warning");
      }
      this.journal.push({
        dbId: ++this.#lastId,
        transactionNumber,
        node: item.node,
        amount: formatDecimal(amountOf(item.node)),
        visibleAt: now + this.behaviour.visibilityDelayMs,
      });
    }
  }

  #addError(item: StagedItem, message: string, level: ImportError["level"]): void {
    const ownId = ++this.#lastId;
    const [dbId, transactionDbId] = this.behaviour.errorLink === "dbId"
      ? [item.dbId, ownId]
      : [ownId, item.dbId];
    this.errors.push({ dbId, transactionDbId, message, level });
  }
}

/** Of a line; the schema has seen to it that there is one. */
function amountOf(node: ImportNode): Decimal {
  return parseDecimal(node.invoiceAmount ?? node.amount ?? "") ?? { units: 1n, scale: 0 };
}
