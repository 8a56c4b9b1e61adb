import { formatDecimal } from "../../vouchers/decimal.ts";
import type { Entry, RejectedEntry } from "../../vouchers/entries.ts";
import { exportedFields } from "../../vouchers/exported_fields.ts";
import { storableText } from "../../core/storable_text.ts";
import { lineTexts, type Purpose, readVoucher } from "../../vouchers/read_voucher.ts";
import type { LineCoding } from "../../vouchers/voucher_coding.ts";
import type { XledgerConfig } from "./config.ts";

/**
 * Most characters of the texts of one mutation. A line without a text of its own gets the voucher's: 500 lines would make 500 MB
 * of one.
 */
export const mostCharacters = 1024 * 1024;

/** An entry and the external identifiers of its lines, in order. */
export interface Named {
  readonly entry: Entry;
  readonly ids: readonly string[];
}

/** Why an entry cannot be sent. `unmapped`: the configuration lacks a code that it needs. */
export interface Unsendable {
  readonly error: string;
  readonly unmapped: boolean;
}

/** A voucher that can be sent: a node a line, without the number that its lines share. */
export interface Prepared extends Named {
  readonly nodes: readonly Readonly<Record<string, unknown>>[];
  /** Of the nodes' texts. */
  readonly characters: number;
}

/**
 * Names an entry's lines: a hash of integration and entry key, and the line's number.
 *
 * The key itself will not do. It may be longer than the field. It may differ from another only in case, which a
 * collation may not see. Two organisations whose tokens lead to one entity may use the same keys: a lookup that finds
 * the foreign voucher would call this one exported. Each line has an identifier of its own, because Xledger does not
 * say whether lines may share one. This also shows a voucher that arrived in part.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { nameLines } from "./voucher.ts";
 *
 * const entry = { entry_key: "a", period: "2026-01", document_number: "1", payload: { lines: [{}, {}] }, settled: false };
 * const { ids } = await nameLines("an integration", entry);
 * assert.deepEqual(ids.map((id) => /^[0-9a-f]{32}\.[12]$/.test(id)), [true, true]);
 * ```
 */
export async function nameLines(integrationId: string, entry: Entry): Promise<Named> {
  const bytes = new TextEncoder().encode(`${integrationId}\n${entry.entry_key}`);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const name = Array.from(digest.subarray(0, 16), (byte) => byte.toString(16).padStart(2, "0")).join("");
  return { entry, ids: Array.from({ length: lineCount(entry.payload) }, (_, line) => `${name}.${line + 1}`) };
}

/** From the raw payload: what was sent before must be found even if this version would not send it any more. */
function lineCount(payload: unknown): number {
  const lines = typeof payload === "object" && payload !== null && "lines" in payload ? payload.lines : null;
  return Array.isArray(lines) ? Math.min(Math.max(lines.length, 1), 500) : 1;
}

/**
 * Makes the nodes of `addGLImportItems`, or says why the entry cannot be sent. A debit is positive, a credit negative;
 * amounts are strings. A VAT code becomes the node's `taxRule`, dimensions its `glObject1` to `5`. Both go by `code`,
 * as in open code that uses the API (github.com/omniboost/go-xledger and others, November 2026; confidence high for the
 * fields). The tax rule decides whether Xledger computes VAT out of the amount: amounts go as delivered.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { parseXledgerConfig } from "./config.ts";
 * import { nameLines, prepareVoucher } from "./voucher.ts";
 *
 * const payload = {
 *   posting_date: "2026-11-23",
 *   currency: "NOK",
 *   description: "Kurs",
 *   lines: [{ account: "6860", debit: "100.10", vat_code: "25" }, { account: "2910", credit: "100.10" }],
 * };
 * const entry = { entry_key: "a", period: "2026-11", document_number: "UB-1", payload, settled: false };
 * const config = parseXledgerConfig({ vat_codes: { "25": "1" } });
 * const prepared = prepareVoucher(config, await nameLines("an integration", entry), "first");
 * assert.ok("nodes" in prepared);
 * assert.deepEqual(prepared.nodes.map((node) => node.invoiceAmount), ["100.10", "-100.10"]);
 * assert.deepEqual(prepared.nodes[0]?.taxRule, { code: "1" });
 * ```
 */
export function prepareVoucher(
  config: XledgerConfig,
  named: Named,
  purpose: Exclude<Purpose, "find">,
): Prepared | Unsendable {
  const { entry, ids } = named;
  const read = readVoucher(exportedFields.xledger, config, entry, purpose);
  if (!read.ok) return { error: read.error, unmapped: read.unmapped };
  const { voucher, codings } = read;
  if (voucher.lines.length > config.max_nodes) {
    const error = `The voucher has ${voucher.lines.length} lines; Xledger takes ${config.max_nodes} at once.`;
    return { error, unmapped: false };
  }
  const source = sourceOf(config, voucher.voucher_type);
  if (source !== null && typeof source === "object") return source;
  // Xledger's own limit of a text is not known, so none is cut here.
  const own = voucher.lines.map(({ description }) => description);
  const texts = lineTexts(voucher.description, own, Infinity) ?? [];
  const characters = texts.reduce((sum, text) => sum + text.length, 0);
  if (purpose === "first" && characters > mostCharacters) {
    const error =
      `The texts of the voucher's lines have ${characters} characters together; at most ${mostCharacters} go at once.`;
    return { error, unmapped: false };
  }
  const nodes = voucher.lines.map((line, index) => ({
    postedDate: voucher.posting_date,
    account: { code: line.account },
    [config.amount_field]: formatDecimal(line.amount),
    currency: { code: voucher.currency },
    text: texts[index],
    extIdentifier: ids[index],
    ...(entry.document_number === null ? {} : { invoiceNumber: entry.document_number }),
    ...(source === null ? {} : { transactionSource: { code: source } }),
    ...(config.job_level === undefined ? {} : { jobLevel: config.job_level }),
    ...codingOf(codings[index]),
  }));
  return { entry, ids, nodes, characters };
}

/**
 * The code of the transaction source, null for none. A type without a source is refused: another one may not replace
 * it.
 */
function sourceOf(config: XledgerConfig, type: string | null): string | null | Unsendable {
  if (type === null) return config.transaction_source ?? null;
  const { transaction_sources: sources } = config;
  if (Object.hasOwn(sources, type)) return sources[type] ?? null;
  const error = `The voucher's voucher_type has no code there: transaction_sources lack "${
    storableText(type, 50)
  }", or list voucher_type in ignored_fields.`;
  return { error, unmapped: true };
}

function codingOf(coding: LineCoding | undefined): Readonly<Record<string, { readonly code: string }>> {
  if (coding === undefined) return {};
  const objects = Array.from(coding.dimensions, ([field, code]) => [field, { code }] as const);
  return {
    ...(coding.vatCode === null ? {} : { taxRule: { code: coding.vatCode } }),
    ...Object.fromEntries(objects),
  };
}

/**
 * The entries that our own rules refuse before their first send, and why.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { parseXledgerConfig } from "./config.ts";
 * import { unsoundVouchers } from "./voucher.ts";
 *
 * const entry = { entry_key: "a", period: "2026-01", document_number: "1", payload: {}, settled: false };
 * assert.deepEqual(unsoundVouchers(parseXledgerConfig({}), [entry]), [{
 *   entry_key: "a",
 *   state: "rejected",
 *   error: "The voucher's posting_date is missing.",
 *   not_sent: true,
 * }]);
 * ```
 */
export function unsoundVouchers(config: XledgerConfig, entries: readonly Entry[]): RejectedEntry[] {
  return entries.flatMap((entry): RejectedEntry[] => {
    const prepared = prepareVoucher(config, { entry, ids: [] }, "first");
    if ("nodes" in prepared) return [];
    return [{ entry_key: entry.entry_key, state: "rejected", error: prepared.error, not_sent: true }];
  });
}

/**
 * The inputs of one mutation. The lines of a voucher share a `trRegNumber`, made of the name's hash. No two vouchers of
 * a mutation may have the same, and those of different mutations hardly ever do.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { toInputs } from "./voucher.ts";
 *
 * const entry = { entry_key: "a", period: "2026-01", document_number: null, payload: {}, settled: false };
 * const lines = ["00000010.1", "00000010.2"];
 * const inputs = toInputs([{ entry, ids: lines, nodes: [{ text: "a" }, { text: "b" }], characters: 2 }]);
 * assert.deepEqual(inputs, [
 *   { node: { text: "a", trRegNumber: 16 }, clientId: "00000010.1" },
 *   { node: { text: "b", trRegNumber: 16 }, clientId: "00000010.2" },
 * ]);
 * ```
 */
export function toInputs(vouchers: readonly Prepared[]): readonly unknown[] {
  const used = new Set<number>();
  return vouchers.flatMap(({ ids, nodes }) => {
    // A positive GraphQL Int, which has 32 bits.
    let trRegNumber = parseInt(ids[0]?.slice(0, 8) ?? "", 16) % 0x7ffffffe || 1;
    while (used.has(trRegNumber)) trRegNumber++;
    used.add(trRegNumber);
    return nodes.map((node, index) => ({ node: { ...node, trRegNumber }, clientId: ids[index] }));
  });
}
