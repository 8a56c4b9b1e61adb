import type { Entry, RejectedEntry } from "../../vouchers/entries.ts";
import { voucherFault } from "../../vouchers/voucher_fault.ts";
import type { WebhookConfig } from "./config.ts";

/**
 * The entries that are not sent, and why. What a receiver takes is its own affair; but a payload with `lines` is a
 * voucher and has to be a sound one, unless the integration's `payloads` are `free`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { parseWebhookConfig } from "./config.ts";
 * import { unsoundEntries } from "./payload.ts";
 *
 * const config = parseWebhookConfig({ url: "https://erp.example/vouchers" });
 * const entry = { entry_key: "a", period: "2026-10", document_number: "1", settled: false };
 * assert.deepEqual(unsoundEntries(config, [{ ...entry, payload: { order: 7, amount: "103.27" } }]), []);
 * const payload = { lines: [{ account: "6860", debit: "103.27" }, { account: "2910", credit: "103.26" }] };
 * assert.deepEqual(unsoundEntries(config, [{ ...entry, payload }]), [{
 *   entry_key: "a",
 *   state: "rejected",
 *   error: "The voucher does not balance: debit and credit differ by 0.01.",
 *   not_sent: true,
 * }]);
 * ```
 */
export function unsoundEntries(config: WebhookConfig, entries: readonly Entry[]): RejectedEntry[] {
  const rules = { ...config, exported: null, ignored_fields: { voucher: [], line: [] } };
  return entries.flatMap((entry): RejectedEntry[] => {
    const fault = voucherFault(rules, entry);
    return fault === null
      ? []
      : [{ entry_key: entry.entry_key, state: "rejected", error: fault.reason, not_sent: true }];
  });
}
