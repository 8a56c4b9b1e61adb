import type { ExportedFields } from "./exported_fields.ts";
import { storableText } from "../core/storable_text.ts";
import type { Entry } from "./entries.ts";
import { parseVoucher, type Voucher } from "./voucher.ts";
import { type EntryRules, voucherFault } from "./voucher_fault.ts";
import { codeLine, type CodingRules, type LineCoding } from "./voucher_coding.ts";

/** The part of a configuration that says what is exported of a voucher, and as what. */
export interface VoucherRules
  extends CodingRules, Pick<EntryRules, "ignored_fields" | "period_rule" | "fiscal_year_ends"> {}

/**
 * Why a voucher is read.
 *
 * - `first`: for its first send. All our checks judge it.
 * - `again`: nothing was found of an earlier send. The first send has judged it; what was left out then is left out now.
 *   A name that has lost its code since is `unmapped`: the voucher waits for the configuration, for it may neither be
 *   rejected nor sent without.
 * - `find`: to look it up. Whatever the configuration says now, it is to be found as it was sent.
 */
export type Purpose = "first" | "again" | "find";

/** A voucher with the coding of its lines, or why it cannot be sent. */
export type ReadVoucher =
  | { readonly ok: true; readonly voucher: Voucher; readonly codings: readonly LineCoding[] }
  | { readonly ok: false; readonly error: string; readonly unmapped: boolean };

const uncoded: LineCoding = { vatCode: null, dimensions: new Map() };

/**
 * Reads an entry's payload for a system that exports `fields`, under an integration's rules. Any other field is refused
 * by its name, unless the integration ignores it.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { exportedFields } from "./exported_fields.ts";
 * import { readVoucher } from "./read_voucher.ts";
 *
 * const payload = {
 *   posting_date: "2026-11-23",
 *   currency: "NOK",
 *   description: "Kurs",
 *   lines: [{ account: "6860", debit: "100.10", departement: "Salg" }, { account: "2910", credit: "100.10" }],
 * };
 * const entry = { period: "2026-11", document_number: "1", payload };
 * const rules = {
 *   period_rule: "posting_date",
 *   fiscal_year_ends: 12,
 *   ignored_fields: { voucher: [], line: [] },
 *   dimensions: {},
 * } as const;
 * assert.deepEqual(readVoucher(exportedFields.xledger, rules, entry, "first"), {
 *   ok: false,
 *   error: "Line 1: departement is not exported: remove it, or list it in ignored_fields.",
 *   unmapped: false,
 * });
 * const ignored_fields = { voucher: [], line: ["departement"] };
 * assert.equal(readVoucher(exportedFields.xledger, { ...rules, ignored_fields }, entry, "first").ok, true);
 * ```
 */
export function readVoucher(
  fields: ExportedFields,
  rules: VoucherRules,
  entry: Pick<Entry, "period" | "document_number" | "payload">,
  purpose: Purpose,
): ReadVoucher {
  const { ignored_fields: ignored } = rules;
  const { payload } = entry;
  if (purpose === "first") {
    const found = voucherFault({ ...rules, exported: fields, payloads: "vouchers" }, entry);
    if (found !== null) return refuse(found.reason);
  }
  const whole = keep(payload, fields.voucher, ignored.voucher, purpose);
  const { lines: given } = isObject(whole) ? whole : {};
  const raw = Array.isArray(given) ? given : [];
  const lines = raw.map((line) => keep(line, fields.line, ignored.line, purpose));
  const voucher = parseVoucher(isObject(whole) && raw.length > 0 ? { ...whole, lines } : whole);
  if (voucher === null) return refuse("The payload cannot be read as a voucher.");

  const codings: LineCoding[] = [];
  for (const [index, line] of lines.entries()) {
    const coded = codeLine(rules, line, `Line ${index + 1}`);
    if (coded.ok) codings.push(coded.coding);
    else if (purpose === "find") codings.push(uncoded);
    else return { ok: false, error: coded.error, unmapped: coded.unmapped };
  }
  return { ok: true, voucher, codings };
}

/**
 * The texts of the lines: a line's own description, else the voucher's. When every line has one of its own, the voucher's
 * is set before the first that has room for it. Null when there is no room.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { lineTexts } from "./read_voucher.ts";
 *
 * assert.deepEqual(lineTexts("Kurs", [null, "Mva."], 100), ["Kurs", "Mva."]);
 * assert.deepEqual(lineTexts("Kurs", ["Avgift", "Mva."], 100), ["Kurs: Avgift", "Mva."]);
 * assert.equal(lineTexts("Kurs", ["Avgift", "Mva."], 4), null);
 * ```
 */
export function lineTexts(
  description: string,
  own: readonly (string | null)[],
  longest: number,
): string[] | null {
  const whole = storableText(description, Infinity);
  const texts = own.map((text) => storableText(text ?? "", Infinity) || whole);
  if (whole !== "" && !texts.some((text) => text.includes(whole))) {
    const room = texts.findIndex((text) => `${whole}: ${text}`.length <= longest);
    if (room === -1) return null;
    texts[room] = `${whole}: ${texts[room]}`;
  }
  return texts.every((text) => text.length <= longest) ? texts : null;
}

/** Leaves out what the integration ignores, and at a repetition what the first send can only have left out. */
function keep(
  object: unknown,
  exported: readonly string[],
  ignored: readonly string[],
  purpose: Purpose,
): unknown {
  if (!isObject(object)) return object;
  const kept: [string, unknown][] = [];
  for (const [name, value] of Object.entries(object)) {
    if (ignored.includes(name) || !exported.includes(name)) continue;
    if (purpose === "first" || isReadable(name, value)) {
      kept.push([name, name === "dimensions" ? withoutIgnored(value, ignored) : value]);
    }
  }
  return Object.fromEntries(kept);
}

/** `dimensions.region` in `ignored_fields` leaves out that one. */
function withoutIgnored(dimensions: unknown, ignored: readonly string[]): unknown {
  if (!isObject(dimensions)) return dimensions;
  const kept = Object.entries(dimensions).filter(([name]) => !ignored.includes(`dimensions.${name}`));
  return Object.fromEntries(kept);
}

const optionalTexts = ["voucher_type", "vat_code", "department", "project"];

/** What no version can have read was ignored when it was sent. */
function isReadable(name: string, value: unknown): boolean {
  if (value === null) return true;
  if (optionalTexts.includes(name)) return typeof value === "string" && /\S/.test(value);
  if (name !== "dimensions") return true;
  return isObject(value) &&
    Object.values(value).every((text) => text === null || (typeof text === "string" && /\S/.test(text)));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function refuse(error: string): ReadVoucher {
  return { ok: false, error, unmapped: false };
}
