import { formatDecimal } from "../decimal.ts";
import type { Entry } from "../entries.ts";
import { parseVoucher } from "../voucher.ts";
import type { XledgerConfig } from "./xledger_config.ts";

/** An entry and the external identifiers of its lines, in order. */
export interface Named {
  readonly entry: Entry;
  readonly ids: readonly string[];
}

/** A voucher that can be sent: a node a line, without the number that its lines share. */
export interface Prepared extends Named {
  readonly nodes: readonly Readonly<Record<string, unknown>>[];
}

/**
 * Names an entry's lines: a hash of integration and entry key, and the line's number.
 *
 * The key itself will not do. It may be longer than the field or differ from another only in case, which a collation
 * may not see; two organisations whose tokens lead to one entity may use the same keys; and a lookup that finds a
 * foreign voucher would call this one exported. Each line has an identifier of its own because nobody says whether
 * they may be shared: that way it does not matter, and a voucher that arrived in part can be told.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { nameLines } from "./xledger_voucher.ts";
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
 * amounts are strings.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { parseXledgerConfig } from "./xledger_config.ts";
 * import { nameLines, prepareVoucher } from "./xledger_voucher.ts";
 *
 * const payload = {
 *   posting_date: "2026-11-23",
 *   currency: "NOK",
 *   description: "Kurs",
 *   lines: [{ account: "6860", debit: "100.10" }, { account: "2910", credit: "100.10" }],
 * };
 * const entry = { entry_key: "a", period: "2026-11", document_number: "UB-1", payload, settled: false };
 * const prepared = prepareVoucher(parseXledgerConfig({}), await nameLines("an integration", entry));
 * assert.ok("nodes" in prepared);
 * assert.deepEqual(prepared.nodes.map((node) => node.invoiceAmount), ["100.10", "-100.10"]);
 * ```
 */
export function prepareVoucher(config: XledgerConfig, named: Named): Prepared | { readonly error: string } {
  const { entry, ids } = named;
  const parsed = parseVoucher(entry.payload);
  if (!parsed.ok) return parsed;
  const { voucher } = parsed;
  if (voucher.lines.length > config.max_nodes) {
    return {
      error: `The voucher has ${voucher.lines.length} lines; Xledger takes ${config.max_nodes} at once.`,
    };
  }
  const source = config.transaction_sources[voucher.voucher_type ?? ""] ?? config.transaction_source;
  const nodes = voucher.lines.map((line, index) => ({
    postedDate: voucher.posting_date,
    account: { code: line.account },
    [config.amount_field]: formatDecimal(line.amount),
    currency: { code: voucher.currency },
    text: line.description ?? voucher.description,
    extIdentifier: ids[index],
    ...(entry.document_number === null ? {} : { invoiceNumber: entry.document_number }),
    ...(source === undefined ? {} : { transactionSource: { code: source } }),
    ...(config.job_level === undefined ? {} : { jobLevel: config.job_level }),
    ...(config.department === undefined || line.department === null
      ? {}
      : { [config.department]: { code: line.department } }),
  }));
  return { entry, ids, nodes };
}

/**
 * The inputs of one mutation. The lines of a voucher share a `trRegNumber`, made of the name's hash: no two vouchers
 * of a mutation may have the same, and those of different mutations hardly ever do.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { toInputs } from "./xledger_voucher.ts";
 *
 * const entry = { entry_key: "a", period: "2026-01", document_number: null, payload: {}, settled: false };
 * const inputs = toInputs([{ entry, ids: ["00000010.1", "00000010.2"], nodes: [{ text: "a" }, { text: "b" }] }]);
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
