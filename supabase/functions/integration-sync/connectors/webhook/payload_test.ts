import assert from "node:assert/strict";
import { parseWebhookConfig } from "./config.ts";
import { unsoundEntries } from "./payload.ts";

const line = { account: "6860", debit: "0.10" };

function isSent(config: Record<string, unknown>, payload: unknown): boolean {
  const entry = { entry_key: "a", period: "2026-10", document_number: "1", payload, settled: false };
  return unsoundEntries(parseWebhookConfig({ url: "https://erp.example/", ...config }), [entry]).length === 0;
}

Deno.test("unsoundEntries leaves a payload without lines alone", () => {
  assert.equal(isSent({}, { amount: 0.1, currency: 578 }), true);
});

for (
  const [what, payload] of [
    ["are none of a voucher", { lines: [{ item: "7", price: "0.10" }] }],
    ["are not there", { lines: [] }],
    ["have amounts that are numbers", {
      lines: [{ account: "6860", debit: 0.1 }, { account: "2910", credit: 0.1 }],
    }],
    ["have one side alone", { lines: [line] }],
  ] as const
) {
  Deno.test(`unsoundEntries names a payload whose lines ${what}, unless payloads are free`, () => {
    assert.equal(isSent({}, payload), false);
    assert.equal(isSent({ payloads: "free" }, payload), true);
  });
}

Deno.test("unsoundEntries compares period and posting date, unless the period rule is free", () => {
  const payload = { posting_date: "2026-11-02", lines: [line, { account: "2910", credit: "0.10" }] };
  assert.equal(isSent({}, payload), false);
  assert.equal(isSent({ period_rule: "free" }, payload), true);
});
