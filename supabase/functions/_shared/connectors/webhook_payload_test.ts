import assert from "node:assert/strict";
import { payloadFault } from "./webhook_payload.ts";

const line = { account: "6860", debit: "0.10" };

for (
  const [what, payload, isSent] of [
    ["has no lines", { amount: "0.10" }, true],
    ["is no object", "text", true],
    ["has no line at all", { lines: [] }, true],
    ["has lines that are no voucher's", { lines: [{ item: "7", price: "0.10" }] }, true],
    ["has amounts that are no decimals", { lines: [{ account: "6860", debit: 0.1 }] }, true],
    ["has lines of one side alone", { lines: [line] }, false],
    ["balances only for floats", {
      lines: [line, { account: "6860", debit: "0.20" }, {
        account: "2910",
        credit: "0.30000000",
      }],
    }, true],
    ["is off by the last digit", { lines: [line, { account: "2910", credit: "0.10000001" }] }, false],
  ] as const
) {
  Deno.test(`payloadFault ${isSent ? "lets" : "does not let"} a payload through when it ${what}`, () => {
    assert.equal(payloadFault(payload) === null, isSent);
  });
}
