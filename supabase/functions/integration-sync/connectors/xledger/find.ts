import * as z from "../../core/zod.ts";
import type { EntryResult } from "../../vouchers/entries.ts";
import { storableText } from "../../core/storable_text.ts";
import type { XledgerConfig } from "./config.ts";
import type { XledgerFault } from "./fault.ts";
import { byExtIdentifier, byLiteral, readPages } from "./pages.ts";
import type { XledgerLink } from "./request.ts";
import type { Named } from "./voucher.ts";

/** What Xledger shows of a voucher. */
export type Sight =
  | { readonly kind: "imported"; readonly external_id: string }
  /** Its import failed; the items wait there for a person. */
  | { readonly kind: "refused"; readonly reason: string }
  /** On its way, as a whole or so far in part. */
  | { readonly kind: "staged"; readonly isComplete: boolean; readonly external_id: string }
  | { readonly kind: "missing" };

/** A sight of every voucher, by entry key, or why there is none. */
export type Found = { readonly sights: ReadonlyMap<string, Sight> } | { readonly fault: XledgerFault };

// Whether dbId is a number or a string is not sure: it goes back as it came.
const dbId = z.union([z.int(), z.string().check(z.regex(/^\d+$/))]);
const itemSchema = z.object({ dbId, extIdentifier: z.nullish(z.string()) });
const entrySchema = z.object({
  dbId,
  extIdentifier: z.nullish(z.string()),
  transactionNumber: z.nullish(z.union([z.number(), z.string()])),
});
const errorSchema = z.object({
  link: z.nullish(dbId),
  message: z.nullish(z.string()),
  errorLevel: z.nullish(z.object({ name: z.nullish(z.string()) })),
});

/**
 * Looks for vouchers by the external identifiers of their lines: first among the staged items with their errors, then
 * in the journal. In this order, because an import moves items from the one to the other: asked the other way round,
 * one that moves in between would be in neither.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { testContext } from "../../testing/connector_context.ts";
 * import { parseXledgerConfig } from "./config.ts";
 * import { findVouchers } from "./find.ts";
 *
 * const none = { edges: [], pageInfo: { hasNextPage: false } };
 * const data = { glImportItems: none, journalEntries: none };
 * const context = testContext({ fetch: () => Promise.resolve(Response.json({ data })) });
 * const link = { context, config: parseXledgerConfig({}), credentials: { token: "a" } };
 * const entry = { entry_key: "a", period: "2026-01", document_number: null, payload: {}, settled: false };
 * const found = await findVouchers(link, [{ entry, ids: ["0a.1"] }]);
 * assert.ok("sights" in found);
 * assert.deepEqual(found.sights.get("a"), { kind: "missing" });
 * ```
 */
export async function findVouchers(link: XledgerLink, vouchers: readonly Named[]): Promise<Found> {
  const ids = vouchers.flatMap((voucher) => voucher.ids);
  const items = await readPages(
    link,
    "glImportItems",
    itemSchema,
    "dbId extIdentifier",
    byExtIdentifier(ids),
  );
  if ("fault" in items) return items;

  const itemIds = items.rows.map((item) => JSON.stringify(item.dbId));
  const field = link.config.import_error_link;
  const errorFields = `link: ${field} message errorLevel { name }`;
  const errors = await readPages(
    link,
    "glImportItemErrors",
    errorSchema,
    errorFields,
    byLiteral(field, itemIds),
  );
  if ("fault" in errors) return errors;

  const entryFields = "dbId extIdentifier transactionNumber";
  const entries = await readPages(link, "journalEntries", entrySchema, entryFields, byExtIdentifier(ids));
  if ("fault" in entries) return entries;

  const journal = new Map(
    entries.rows.map((row) => [row.extIdentifier, String(row.transactionNumber ?? row.dbId)]),
  );
  const staged = new Map(items.rows.map((row) => [row.extIdentifier, String(row.dbId)]));
  const reasons = new Map<string, string>();
  for (const { link: item, message, errorLevel } of errors.rows) {
    // An item with a mere warning is imported all the same.
    if (/warn|info/i.test(errorLevel?.name ?? "")) continue;
    reasons.set(
      String(item),
      storableText(link.context.secrets.redact(message ?? ""), 200) || "no reason given",
    );
  }
  return {
    sights: new Map(vouchers.map((voucher) => [
      voucher.entry.entry_key,
      sightOf(voucher, journal, staged, reasons),
    ])),
  };
}

function sightOf(
  { ids }: Named,
  journal: ReadonlyMap<string | null | undefined, string>,
  staged: ReadonlyMap<string | null | undefined, string>,
  reasons: ReadonlyMap<string, string>,
): Sight {
  const shown = ids.filter((id) => journal.has(id) || staged.has(id));
  const external_id = journal.get(ids[0]) ?? staged.get(ids[0]) ?? "";
  if (ids.every((id) => journal.has(id))) return { kind: "imported", external_id };
  const said = new Set(ids.flatMap((id) => reasons.get(staged.get(id) ?? "") ?? []));
  if (said.size > 0) {
    const part = shown.length < ids.length ? ` Only ${shown.length} of its ${ids.length} lines arrived.` : "";
    const reason = `Xledger's import refused the voucher: ${[...said].slice(0, 2).join(" ")}${part} ` +
      "Its lines wait in Xledger's import.";
    return { kind: "refused", reason };
  }
  if (shown.length > 0) return { kind: "staged", isComplete: shown.length === ids.length, external_id };
  return { kind: "missing" };
}

/** Vouchers by what a look at them means. */
export interface Settled<T extends Named> {
  readonly results: readonly EntryResult[];
  readonly waiting: readonly T[];
  readonly missing: readonly T[];
  /** A waiting voucher that is visible only in part. */
  readonly partial: T | null;
}

/**
 * Says what became of the vouchers that were looked for.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { settleVouchers } from "./find.ts";
 *
 * const entry = { entry_key: "a", period: "2026-01", document_number: null, payload: {}, settled: false };
 * const sights = new Map([["a", { kind: "staged", isComplete: true, external_id: "7" } as const]]);
 * assert.equal(settleVouchers("imported", [{ entry, ids: ["0a.1"] }], sights).waiting.length, 1);
 * assert.deepEqual(settleVouchers("staged", [{ entry, ids: ["0a.1"] }], sights).results, [
 *   { entry_key: "a", state: "exported", external_id: "7" },
 * ]);
 * ```
 */
export function settleVouchers<T extends Named>(
  countsAsExported: XledgerConfig["counts_as_exported"],
  vouchers: readonly T[],
  sights: ReadonlyMap<string, Sight>,
): Settled<T> {
  const results: EntryResult[] = [];
  const waiting: T[] = [];
  const missing: T[] = [];
  let partial: T | null = null;
  for (const voucher of vouchers) {
    const { entry_key } = voucher.entry;
    const sight = sights.get(entry_key) ?? { kind: "missing" };
    if (sight.kind === "refused") results.push({ entry_key, state: "rejected", error: sight.reason });
    else if (sight.kind === "missing") missing.push(voucher);
    else if (sight.kind === "imported" || (sight.isComplete && countsAsExported === "staged")) {
      results.push({ entry_key, state: "exported", external_id: sight.external_id });
    } else {
      waiting.push(voucher);
      if (!sight.isComplete) partial = voucher;
    }
  }
  return { results, waiting, missing, partial };
}
