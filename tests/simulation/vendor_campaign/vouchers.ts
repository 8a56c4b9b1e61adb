import type { Random } from "../campaign/random.ts";

/** What is delivered to the outbox. */
export interface Voucher {
  readonly entry_key: string;
  readonly period: string;
  readonly document_number: string;
  readonly payload: {
    readonly posting_date: string;
    readonly currency: string;
    readonly description: string;
    readonly lines: readonly {
      readonly account: string;
      readonly debit?: string;
      readonly credit?: string;
      readonly vat_code?: string;
      readonly department?: string;
      readonly project?: string;
      readonly dimensions?: { readonly region: string };
      /** Ignored by most configurations. */
      readonly note?: string;
      /** A typing error. */
      readonly departement?: string;
    }[];
  };
}

/** A line of a voucher. */
export type Line = Voucher["payload"]["lines"][number];

/** An account that no chart has. */
export const UNKNOWN_ACCOUNT = "9999";

/** Odds of a voucher that no accounting system may take: one that does not balance, or posts to an unknown account. */
const FLAWED = 0.04;

/** Odds of a line with a field that accounting systems do not take. */
const MISSPELT = 0.01;

/** Draws vouchers with two to four lines and amounts of any length up to twelve digits. */
export function drawVouchers(random: Random, count: number): Voucher[] {
  return Array.from({ length: count }, (_, index) => drawVoucher(random, index + 1));
}

/** The key of the voucher with this number. */
export function keyOf(number: number): string {
  return `expense-${String(number).padStart(5, "0")}`;
}

/** The number of the voucher with this key. */
export function numberOf(entryKey: string): number {
  return Number(entryKey.slice(-5));
}

/** Draws one voucher; drawn again under its number, it has other amounts. */
export function drawVoucher(random: Random, number: number): Voucher {
  const posting_date = `2026-${String(random.upTo(10)).padStart(2, "0")}-${
    String(random.upTo(28)).padStart(2, "0")
  }`;
  const digits = random.upTo(12);
  const amounts = Array.from(
    { length: random.upTo(3) },
    () => 1n + BigInt(random.upTo(10 ** Math.min(digits, 9))) * 10n ** BigInt(Math.max(0, digits - 9)),
  );
  const total = amounts.reduce((sum, amount) => sum + amount, 0n);
  const accounts = ["6860", "2711", "5910", "7140"];
  const isUnbalanced = random.chance(FLAWED / 2);
  const isUnknown = random.chance(FLAWED / 2);
  return {
    entry_key: keyOf(number),
    period: posting_date.slice(0, 7),
    document_number: `UB-${String(number).padStart(5, "0")}`,
    payload: {
      posting_date,
      currency: "NOK",
      description: "Kurs og møter i Tromsø",
      lines: [
        ...amounts.map((amount, index) => ({
          account: isUnknown && index === 0 ? UNKNOWN_ACCOUNT : accounts[index] ?? "6860",
          debit: text(amount),
          ...drawCoding(random),
        })),
        { account: "2910", credit: text(isUnbalanced ? total + 1n : total) },
      ],
    },
  };
}

/** Draws a voucher that every accounting system takes. */
export function drawSoundVoucher(random: Random, number: number): Voucher {
  while (true) {
    const voucher = drawVoucher(random, number);
    if (!isFlawed(voucher) && !isMisspelt(voucher)) return voucher;
  }
}

/** Whether no accounting system may take it. */
export function isFlawed(voucher: Voucher): boolean {
  return !isBalanced(voucher) || voucher.payload.lines.some(({ account }) => account === UNKNOWN_ACCOUNT);
}

/** Whether it has a field that only a webhook's receiver takes. */
export function isMisspelt({ payload: { lines } }: Voucher): boolean {
  return lines.some(({ departement }) => departement !== undefined);
}

/** Whether it was rejected by the configuration of that moment: by a field that was not ignored, or a missing code. */
export function isRuledOut(error: string | null): boolean {
  return /: note is not exported|: dimensions.region has no code there/.test(error ?? "");
}

function drawCoding(random: Random): Partial<Line> {
  return {
    ...(random.chance(0.4) ? { vat_code: random.pick(["0", "25"]) } : {}),
    ...(random.chance(0.4) ? { department: random.pick(["Salg", "Innkjøp"]) } : {}),
    ...(random.chance(0.3) ? { project: random.pick(["P1", "P2", "P3"]) } : {}),
    ...(random.chance(0.2) ? { dimensions: { region: random.pick(["Nord", "Sør"]) } } : {}),
    ...(random.chance(0.05) ? { note: "Ring Kari" } : {}),
    ...(random.chance(MISSPELT) ? { departement: "Salg" } : {}),
  };
}

/** Whether debit equals credit. */
export function isBalanced({ payload: { lines } }: Voucher): boolean {
  return lines.reduce((sum, line) => sum + hundredths(line), 0n) === 0n;
}

/** A line's amount in hundredths: debit above zero, credit below. */
export function hundredths(line: { readonly debit?: string; readonly credit?: string }): bigint {
  return BigInt((line.debit ?? `-${line.credit}`).replace(".", ""));
}

function text(amount: bigint): string {
  const digits = String(amount).padStart(3, "0");
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
