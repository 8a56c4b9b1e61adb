/** What Xledger gets of a voucher, and what becomes of vouchers when the configuration changes in the meantime. */
import assert from "node:assert/strict";
import type { Fault } from "../../../../local/vendors/xledger/server.ts";
import { xledger } from "../../../../supabase/functions/integration-sync/connectors/xledger/connector.ts";
import type { Entry } from "../../../../supabase/functions/integration-sync/vouchers/entries.ts";
import {
  exportBatch,
  type SettledBatch,
} from "../../../../supabase/functions/integration-sync/jobs/export_batch.ts";
import { batchOf, startXledgerTest, states, vouchers, type XledgerTest } from "./tenant.ts";

const mapped = {
  vat_codes: { "25": "1" },
  dimensions: {
    department: { to: "glObject1", codes: { Salg: "10", Innkjøp: "20" } },
    project: { to: "glObject2" },
  },
};
const coded = { vat_code: "25", department: "Salg", project: "P1" };

function withLine(changes: Record<string, unknown>, count = 1): Entry[] {
  return vouchers(count).map((entry) => {
    const payload = entry.payload as { lines: object[] };
    const [first, ...others] = payload.lines;
    return { ...entry, payload: { ...payload, lines: [{ ...first, ...changes }, ...others] } };
  });
}

/** The next attempt, with the configuration as it is by then; waits as long as it is asked to. */
async function attempt(
  test: XledgerTest,
  entries: readonly Entry[],
  config: object,
  resend: boolean,
): Promise<SettledBatch> {
  const open = xledger.open({ ...test.config, ...config }, { token: test.vendor.token });
  for (let looks = 0;; looks++) {
    const outcome = await exportBatch(open, test.context, { ...batchOf(entries), resend }, () => {});
    if (outcome.failure?.code !== "xledger_not_visible" || looks === 5) return outcome;
    test.clock.advance((outcome.failure.retry_after_seconds ?? 0) * 1000);
  }
}

/** What the journal has of the first line of each voucher. */
function bookedCodes({ vendor }: XledgerTest): unknown[] {
  return vendor.ledger.journal.filter(({ node }) => node.extIdentifier?.endsWith(".1"))
    .map(({ node: { taxRule, glObject1, glObject2 } }) =>
      [taxRule, glObject1, glObject2].map((code) => (code as { code: string } | undefined)?.code)
    );
}

Deno.test("xledger books the VAT code and the dimensions of a line when they are mapped", async () => {
  await using test = await startXledgerTest();
  const outcome = await attempt(test, withLine(coded), mapped, false);
  assert.equal(states(outcome.results), "1 exported");
  assert.deepEqual(bookedCodes(test), [["1", "10", "P1"]]);
});

Deno.test("xledger rejects a voucher before anything is sent when it has a field that is not exported", async () => {
  await using test = await startXledgerTest();
  const { results } = await attempt(test, withLine({ departement: "Salg" }), {}, false);
  assert.deepEqual(results, [{
    entry_key: "expense-0",
    state: "rejected",
    error: "Line 1: departement is not exported: remove it, or list it in ignored_fields.",
    not_sent: true,
  }]);
  assert.deepEqual(test.vendor.ledger.staged, []);
});

Deno.test("xledger rejects the voucher and books the others when Xledger does not know a code", async () => {
  await using test = await startXledgerTest();
  const entries = vouchers(2).map((entry, n) => n === 0 ? withLine({ project: "P9" })[0] ?? entry : entry);
  const { results } = await attempt(test, entries, mapped, false);
  assert.equal(states(results), "1 exported, 1 rejected");
  assert.match(JSON.stringify(results), /glObject2 has no value P9/);
});

const lost: Readonly<Record<string, readonly [Fault, isTaken: boolean]>> = {
  "taken": [{ on: "mutation", kind: "apply_then_drop" }, true],
  "lost on the way": [{ on: "mutation", kind: "drop" }, false],
};

for (const [how, [fault, isTaken]] of Object.entries(lost)) {
  Deno.test(`xledger books a voucher once as it was sent when it was ${how} and ignored_fields has changed since`, async () => {
    await using test = await startXledgerTest();
    const entries = withLine({ ...coded, note: "Ring Kari", vat_code: 25 });
    test.vendor.misbehave(fault);
    const ignoring = { ...mapped, ignored_fields: { line: ["note", "vat_code"] } };
    assert.equal(states((await attempt(test, entries, ignoring, false)).results), "1 unknown");
    const { results } = await attempt(test, entries, mapped, true);
    assert.equal(states(results), "1 exported");
    assert.deepEqual(bookedCodes(test), [[undefined, "10", "P1"]]);
  });

  Deno.test(`xledger books a voucher once when it was ${how} and the mapping has changed since`, async () => {
    await using test = await startXledgerTest();
    const entries = withLine(coded);
    test.vendor.misbehave(fault);
    assert.equal(states((await attempt(test, entries, mapped, false)).results), "1 unknown");
    const department = { to: "glObject1", codes: { Salg: "20" } };
    const changed = { ...mapped, dimensions: { ...mapped.dimensions, department } };
    assert.equal(states((await attempt(test, entries, changed, true)).results), "1 exported");
    assert.deepEqual(bookedCodes(test), [["1", isTaken ? "10" : "20", "P1"]]);
  });

  Deno.test(`xledger rejects nothing and books a voucher once when it was ${how} and its codes have left the configuration`, async () => {
    await using test = await startXledgerTest();
    const entries = withLine(coded);
    test.vendor.misbehave(fault);
    assert.equal(states((await attempt(test, entries, mapped, false)).results), "1 unknown");
    const held = await attempt(test, entries, {}, true);
    if (!isTaken) {
      assert.equal(states(held.results), "1 unknown");
      assert.equal(held.failure?.code, "xledger_code_missing");
      assert.deepEqual(test.vendor.ledger.journal, []);
      assert.equal(states((await attempt(test, entries, mapped, true)).results), "1 exported");
    }
    assert.deepEqual(bookedCodes(test), [["1", "10", "P1"]]);
  });
}

Deno.test("xledger's connection check asks for the codes of the configuration, and names the one that is missing", async () => {
  await using test = await startXledgerTest();
  const ping = (config: object, token = test.vendor.token) =>
    xledger.open({ ...test.config, ...config }, { token }).ping(test.context);
  const dimensions = (code: string) => ({
    dimensions: { department: { to: "glObject1", codes: { Salg: code } } },
  });
  assert.deepEqual(await ping({ vat_codes: { "25": "1" }, ...dimensions("10") }), { ok: true });
  const messageOf = async (config: object) => {
    const outcome = await ping(config);
    return outcome.ok ? "ok" : outcome.failure.message;
  };
  const missing =
    "Xledger has no value of a dimension with the code 99, which dimensions.department names. Correct it in the configuration, or add it in Xledger.";
  assert.equal(await messageOf(dimensions("99")), missing);
  // A code of the other kind is none.
  assert.equal(
    await messageOf({ vat_codes: { "25": "10" } }),
    "Xledger has no tax rule with the code 10, which vat_codes names. Correct it in the configuration, or add it in Xledger.",
  );
  const refused = await ping(dimensions("10"), "not-a-token");
  assert.equal(refused.ok ? "ok" : refused.failure.code, "xledger_access_refused");
});

Deno.test("xledger's connection check is content when Xledger cannot be asked for codes", async () => {
  await using test = await startXledgerTest({ filtersCodes: false });
  const open = xledger.open({ ...test.config, vat_codes: { "25": "no such rule" } }, {
    token: test.vendor.token,
  });
  assert.deepEqual(await open.ping(test.context), { ok: true });
});
