import assert from "node:assert/strict";
import {
  type Behaviour,
  startXledger,
  type XledgerVendor,
} from "../../../../local/vendors/xledger/server.ts";
import type {
  ConnectorContext,
  LookupOutcome,
  OpenConnector,
} from "../../../../supabase/functions/integration-sync/connectors/connector.ts";
import { xledger } from "../../../../supabase/functions/integration-sync/connectors/xledger/connector.ts";
import type {
  Batch,
  Entry,
  EntryResult,
} from "../../../../supabase/functions/integration-sync/vouchers/entries.ts";
import { createSecrets } from "../../../../supabase/functions/integration-sync/core/secrets.ts";
import { testContext } from "../../../../supabase/functions/integration-sync/testing/connector_context.ts";
import { JumpClock } from "../../../support/jump_clock.ts";

/** A fake Xledger with a connector to it, both on one clock. */
export interface XledgerTest extends AsyncDisposable {
  readonly vendor: XledgerVendor;
  readonly clock: JumpClock;
  readonly context: ConnectorContext;
  readonly config: Readonly<Record<string, unknown>>;
  readonly connector: OpenConnector;
}

/** Starts both. Requests are answered without limits unless `behaviour` says otherwise. */
export async function startXledgerTest(
  behaviour: Partial<Behaviour> = {},
  config: Readonly<Record<string, unknown>> = {},
): Promise<XledgerTest> {
  const clock = new JumpClock();
  const vendor = await startXledger({
    now: () => clock.now(),
    behaviour: { burst: { requests: Infinity, perMs: 5000 }, ...behaviour },
  });
  let checkpoint: unknown = null;
  const context = testContext({
    clock,
    secrets: createSecrets({ token: vendor.token }),
    checkpoint: () => checkpoint,
    saveCheckpoint: (value) => Promise.resolve(void (checkpoint = structuredClone(value))),
  });
  const complete = {
    url: vendor.url,
    transaction_sources: { expense: "EX" },
    import_error_link: vendor.behaviour.errorLink,
    ...config,
  };
  return {
    vendor,
    clock,
    context,
    config: complete,
    connector: xledger.open(complete, { token: vendor.token }),
    [Symbol.asyncDispose]: () => vendor.stop(),
  };
}

/** Vouchers of three lines; those with a number in `bad` post to an account that the fake does not have. */
export function vouchers(count: number, bad: readonly number[] = []): Entry[] {
  return Array.from({ length: count }, (_, index) => {
    const net = String(index + 1);
    const number = `UB-2026-${String(index).padStart(5, "0")}`;
    return {
      entry_key: `expense-${index}`,
      period: "2026-11",
      document_number: number,
      settled: false,
      payload: {
        voucher_type: "expense",
        posting_date: "2026-11-23",
        currency: "NOK",
        description: "Smørbrød og kaffe",
        lines: [
          { account: bad.includes(index) ? "9999" : "5910", debit: `${net}.10` },
          { account: "2713", debit: "0.20" },
          { account: "2910", credit: `${net}.30` },
        ],
      },
    };
  });
}

/** A first batch of these entries. */
export function batchOf(entries: readonly Entry[]): Batch {
  return { batch_id: "00000000-0000-4000-8000-000000000001", resend: false, entries };
}

/** Vouchers whose three lines are in the journal exactly once. Fails if anything is there more often, or in part. */
export function bookedOnce(vendor: XledgerVendor): number {
  const byVoucher = Map.groupBy(vendor.ledger.counts(), ([id]) => id.split(".")[0]);
  for (const [voucher, lines] of byVoucher) {
    if (lines.length !== 3 || lines.some(([, count]) => count !== 1)) {
      throw new Error(`voucher ${voucher} is booked wrongly: ${JSON.stringify(lines)}`);
    }
  }
  return byVoucher.size;
}

/** How many results there are of each state. */
export function states(results: readonly EntryResult[]): string {
  return Object.entries(Object.groupBy(results, ({ state }) => state))
    .map(([state, list]) => `${list?.length} ${state}`).sort().join(", ");
}

/** Looks the first vouchers up. */
export async function lookup(test: XledgerTest, count: number): Promise<LookupOutcome> {
  const outcome = await test.connector.lookup?.(test.context, vouchers(count));
  return outcome ?? assert.fail("there is no lookup");
}
