/**
 * A Business Central integration on the test bench: the connector against the fake over HTTP, on a clock that goes on
 * only while no request waits for an answer.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  type BusinessCentral,
  startBusinessCentral,
} from "../../../../local/vendors/business_central/business_central.ts";
import { createBusinessCentral } from "../../../../supabase/functions/integration-sync/connectors/business_central/connector.ts";
import { createTokenCache } from "../../../../supabase/functions/integration-sync/connectors/business_central/api/token.ts";
import type {
  Connector,
  ConnectorContext,
} from "../../../../supabase/functions/integration-sync/connectors/connector.ts";
import type { Entry } from "../../../../supabase/functions/integration-sync/vouchers/entries.ts";
import { testContext } from "../../../../supabase/functions/integration-sync/testing/connector_context.ts";
import { FakeClock } from "../../../../supabase/functions/integration-sync/testing/fake_clock.ts";

export const integrationId = testContext().integration_id;

/** An expense voucher as the seed has them; its amounts follow from its number. */
export function expense(number: number, changes: Record<string, unknown> = {}): Entry {
  const [net, vat] = [1000n + BigInt(number) * 7n, 250n + BigInt(number)];
  const text = (cents: bigint) => `${cents / 100n}.${String(cents % 100n).padStart(2, "0")}`;
  const posting_date = typeof changes.posting_date === "string" ? changes.posting_date : "2026-01-12";
  return {
    entry_key: `expense-${String(number).padStart(5, "0")}`,
    period: posting_date.slice(0, 7),
    document_number: `UB-2026-${String(number).padStart(5, "0")}`,
    settled: false,
    payload: {
      voucher_type: "expense",
      posting_date,
      currency: "NOK",
      description: "Kurs og møter i Tromsø",
      employee: "Søren Ødegård",
      lines: [
        { account: "6860", debit: text(net), department: "Salg" },
        { account: "2711", debit: text(vat), description: "Inngående mva. 25 %" },
        { account: "2910", credit: text(net + vat), description: "Gjeld til ansatt" },
      ],
      ...changes,
    },
  };
}

/** Fake, clock and connector of one test. */
export interface BusinessCentralTest extends AsyncDisposable {
  readonly fake: BusinessCentral;
  readonly clock: FakeClock;
  readonly connector: Connector;
  readonly config: Record<string, unknown>;
  readonly credentials: Record<string, unknown>;
  /** Called before each request; may throw, or kill. */
  beforeRequest: () => void;
  /** A context whose slice begins now; checkpoints are kept in `saved`. */
  context(changes?: Partial<ConnectorContext>): ConnectorContext;
  saved: unknown;
  readonly fetch: typeof fetch;
  /** Awaits work while the clock goes on whenever no request is under way. */
  run<T>(work: Promise<T>): Promise<T>;
}

export async function startBusinessCentralTest(
  settings: Record<string, unknown> = {},
): Promise<BusinessCentralTest> {
  const clock = new FakeClock();
  const fake = await startBusinessCentral({ clock });
  let underWay = 0;
  const bench: BusinessCentralTest = {
    fake,
    clock,
    connector: createBusinessCentral(createTokenCache()),
    config: {
      tenant_id: fake.app.tenant_id,
      environment: fake.environment,
      company: fake.company.name,
      journal: fake.journal.code,
      currency: "NOK",
      ignored_fields: { voucher: ["voucher_type", "employee"] },
      timeout_seconds: 60,
      dimensions: { department: { to: "AVDELING" } },
      api_url: fake.url,
      login_url: fake.url,
      ...settings,
    },
    credentials: { client_id: fake.app.client_id, client_secret: fake.app.client_secret },
    beforeRequest: () => {},
    saved: null,
    context: (changes = {}) =>
      testContext({
        clock,
        fetch: bench.fetch,
        random: () => 0,
        deadline: clock.elapsed() + 60_000,
        checkpoint: () => bench.saved,
        saveCheckpoint: (value) => Promise.resolve(void (bench.saved = value)),
        ...changes,
      }),
    // The body too is read while the clock is stopped.
    fetch: async (input, init) => {
      underWay++;
      try {
        bench.beforeRequest();
        const response = await fetch(input, init);
        const body = await response.arrayBuffer();
        return new Response(body.byteLength === 0 ? null : body, response);
      } finally {
        underWay--;
      }
    },
    async run(work) {
      let isDone = false;
      const done = () => void (isDone = true);
      work.then(done, done);
      for (let idle = 0; !isDone;) {
        await new Promise((resolve) => setTimeout(resolve, 0));
        idle = underWay === 0 ? idle + 1 : 0;
        if (idle > 2 && clock.sleeping > 0) await clock.advance(1000);
      }
      return await work;
    },
    [Symbol.asyncDispose]: () => fake[Symbol.asyncDispose](),
  };
  return bench;
}

/** Asserts that the ledger holds each of these entries once, to the last digit and in one posting, and nothing else. */
export function assertPostedOnce({ fake }: BusinessCentralTest, entries: readonly Entry[]): void {
  const booked = Map.groupBy(fake.company.ledger, ({ documentNumber }) => documentNumber);
  const expected = entries.map(({ document_number }) => document_number ?? "");
  assert.deepEqual([...booked.keys()].sort(), expected.sort());
  for (const { document_number, payload } of entries) {
    const lines = booked.get(document_number ?? "") ?? [];
    const { lines: wanted } = payload as { lines: { account: string; debit?: string; credit?: string }[] };
    assert.deepEqual(
      lines.map(({ accountNumber, amount }) => [accountNumber, amount]),
      wanted.map(({ account, debit, credit }) => [
        account,
        BigInt((debit ?? `-${credit}`).replace(".", "")),
      ]),
      `${document_number} is not booked once as it is`,
    );
    assert.equal(new Set(lines.map(({ posting }) => posting)).size, 1);
  }
}
