/**
 * A delivery, a settlement and a withdrawal cost what they name, whatever the planner believes and however much is exported.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { TransactionSql } from "postgres";
import { idleTest } from "../../support/databases/idle_database.ts";
import { EXPORTED, fillOutbox, rowsRead, STATISTICS } from "./outbox.ts";

const NAMED = 100;
const first = EXPORTED - NAMED / 2;
const numbers = Array.from({ length: NAMED }, (_, n) => first + n + 1);

const entry = (n: number, amount: string) => ({
  entry_key: `entry ${n}`,
  period: "2026-10",
  document_number: `B-${n}`,
  payload: { a: amount },
});

for (const [what, prepare] of Object.entries(STATISTICS)) {
  idleTest(`deliveries, settlements and withdrawals read what they name with ${what}`, async (database) => {
    const { admin, orgId } = await fillOutbox(database, prepare);
    const deliver = (tx: TransactionSql, amount: string) =>
      tx`select public.add_sync_entries(${orgId}, 'webhook', ${
        tx.json(numbers.map((n) => entry(n, amount)))
      })`;
    try {
      const read = await admin.begin(async (tx) => ({
        unchanged: await rowsRead(tx, () => deliver(tx, "1.00")),
        // Half of them conflicts, half replaced.
        changed: await rowsRead(tx, () => deliver(tx, "2.00")),
        settled: await rowsRead(
          tx,
          () =>
            tx`select public.settle_sync_entries(${orgId}, 'webhook', ${
              tx.json(
                numbers.slice(0, NAMED / 2).map((n) => ({ entry_key: `entry ${n}`, resolution: "keep" })),
              )
            }, 'tested')`,
        ),
        withdrawn: await rowsRead(
          tx,
          () =>
            tx`select public.withdraw_sync_entries(${orgId}, 'webhook', ${
              numbers.slice(NAMED / 2).map((n) => `entry ${n}`)
            }, 'tested')`,
        ),
      }));
      for (const [act, rows] of Object.entries(read)) {
        assert.ok(rows <= 20 * NAMED, `${act}: ${NAMED} keys read ${rows} rows of the outbox`);
      }
    } finally {
      await admin.end();
    }
  });
}
