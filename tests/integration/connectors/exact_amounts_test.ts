/** No amount passes through a float: the vendor's books have what was delivered as text, to the last digit. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { startBusinessCentral } from "../../../local/vendors/business_central/business_central.ts";
import { startXledger } from "../../../local/vendors/xledger/server.ts";
import { businessCentral } from "../../../supabase/functions/integration-sync/connectors/business_central/connector.ts";
import type { OpenConnector } from "../../../supabase/functions/integration-sync/connectors/connector.ts";
import { xledger } from "../../../supabase/functions/integration-sync/connectors/xledger/connector.ts";
import type { Entry } from "../../../supabase/functions/integration-sync/vouchers/entries.ts";
import { testContext } from "../../../supabase/functions/integration-sync/testing/connector_context.ts";
import { JumpClock } from "../../support/jump_clock.ts";
import { batchOf } from "./xledger/tenant.ts";

const ROUNDS = 30;
const ENTRIES = 15;

/** Lines of a voucher in units of its scale: debits, and the credit that balances them. */
interface Amounts {
  readonly scale: number;
  readonly units: readonly bigint[];
  /** What is wrong with the balance, in units; 0 in most. */
  readonly off: bigint;
}

function amounts(mostDecimals: number): fc.Arbitrary<Amounts> {
  return fc.record({
    scale: fc.integer({ min: 0, max: mostDecimals }),
    units: fc.array(fc.bigInt({ min: 1n, max: 10n ** 14n }), { minLength: 1, maxLength: 4 }),
    off: fc.constantFrom(0n, 0n, 0n, 0n, 1n, -1n),
  });
}

function text(units: bigint, scale: number): string {
  const digits = String(units).padStart(scale + 1, "0");
  return scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

function creditOf({ units, off }: Amounts): bigint {
  return units.reduce((sum, one) => sum + one, 0n) + off;
}

let lastEntry = 0;

function entryOf(drawn: Amounts): Entry {
  const number = `EX-${++lastEntry}`;
  const lines = drawn.units.map((units) => ({ account: "6860", debit: text(units, drawn.scale) }));
  return {
    entry_key: number,
    period: "2026-11",
    document_number: number,
    settled: false,
    payload: {
      posting_date: "2026-11-23",
      currency: "NOK",
      description: "Eksakt på øret",
      lines: [...lines, { account: "2910", credit: text(creditOf(drawn), drawn.scale) }],
    },
  };
}

/** Exports drawn vouchers, and compares: what balances is booked as it is, the rest is rejected and was never sent. */
async function checkExactness(
  connector: OpenConnector,
  mostDecimals: number,
  readBooks: () => Map<string, readonly string[]>,
): Promise<void> {
  const clock = new JumpClock();
  const drawing = fc.array(amounts(mostDecimals), { minLength: ENTRIES, maxLength: ENTRIES });
  await fc.assert(
    fc.asyncProperty(drawing, async (drawn) => {
      const entries = drawn.map(entryOf);
      const { results, failure } = await connector.export(testContext({ clock }), batchOf(entries));
      assert.equal(failure?.message, undefined);
      const books = readBooks();
      entries.forEach(({ entry_key }, index) => {
        const one = drawn[index] ?? assert.fail();
        const balances = one.off === 0n;
        const result = results.find((each) => each.entry_key === entry_key);
        assert.equal(result?.state, balances ? "exported" : "rejected", entry_key);
        const wanted = [...one.units, -creditOf(one)].map((units) => normal(units, one.scale));
        assert.deepEqual(books.get(entry_key) ?? [], balances ? wanted : [], entry_key);
      });
    }),
    { numRuns: ROUNDS },
  );
}

/** One text for one amount, whatever its zeros. */
function normal(units: bigint, scale: number): string {
  const unsigned = text(units < 0n ? -units : units, scale);
  const short = unsigned.includes(".") ? unsigned.replace(/\.?0+$/, "") : unsigned;
  return `${units < 0n ? "-" : ""}${short}`;
}

Deno.test("Xledger books every amount to the last of six decimals, or nothing of a voucher that is off by one", async () => {
  await using vendor = await startXledger({ behaviour: { burst: { requests: Infinity, perMs: 5000 } } });
  const connector = xledger.open({ url: vendor.url }, { token: vendor.token });
  await checkExactness(connector, 6, () => {
    const byNumber = Map.groupBy(vendor.ledger.journal, ({ node }) => String(node.invoiceNumber));
    return new Map([...byNumber].map(([number, entries]) => [
      number,
      entries.map(({ node: { invoiceAmount = "" } }) => {
        const [whole = "", fraction = ""] = invoiceAmount.split(".");
        return normal(BigInt(whole + fraction), fraction.length);
      }),
    ]));
  });
});

Deno.test("Business Central books every amount to the øre, or nothing of a voucher that is off by one", async () => {
  await using fake = await startBusinessCentral();
  const { client_id, client_secret, tenant_id } = fake.app;
  const config = {
    tenant_id,
    environment: fake.environment,
    company: fake.company.name,
    journal: fake.journal.code,
    currency: "NOK",
    api_url: fake.url,
    login_url: fake.url,
  };
  const connector = businessCentral.open(config, { client_id, client_secret });
  await checkExactness(connector, 2, () => {
    const byNumber = Map.groupBy(fake.company.ledger, ({ documentNumber }) => documentNumber);
    return new Map([...byNumber].map(([number, entries]) => [
      number,
      entries.map(({ amount }) => normal(amount, 2)),
    ]));
  });
});
