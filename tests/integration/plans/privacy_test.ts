/**
 * What redacts by itself, and what forgets a person, reads the entries that it names, whatever the planner believes.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { TransactionSql } from "postgres";
import { idleTest } from "../../support/databases/idle_database.ts";
import { fillOutbox, rowsRead, STATISTICS } from "./outbox.ts";

const BATCH = 500;
const DECIDED = 100;

for (const [what, prepare] of Object.entries(STATISTICS)) {
  idleTest(
    `a step of the redaction and the end of a person read few entries with ${what}`,
    async (database) => {
      const { admin, integrationId, orgId } = await fillOutbox(database, prepare);
      try {
        const person = crypto.randomUUID();
        await admin`insert into public.sync_audit_log (org_id, integration_id, actor_id, action, reason, details)
        select ${orgId}, ${integrationId}, ${person}::uuid, 'entries_settled', 'Looked it up.',
          jsonb_build_object('entries', jsonb_build_array(jsonb_build_object('entry_key', 'entry ' || n)))
        from generate_series(1, ${DECIDED}::integer) n`;
        await admin`update sync_scheduler.settings set retention_payload = '1 day'`;
        const step = (tx: TransactionSql) =>
          tx`select sync_scheduler.purge_payloads(${BATCH}, s) as redacted from sync_scheduler.settings s`;
        await admin.begin(async (tx) => {
          const young = await rowsRead(tx, () => step(tx));
          assert.ok(young <= 3 * BATCH, `nothing is old enough: ${young} rows of the outbox`);
          await tx`update public.sync_export_entries set created_at = now() - interval '2 days',
          exported_at = now() - interval '2 days'
          where state = 'exported' and entry_id in (
            select entry_id from public.sync_export_entries order by entry_id limit ${2 * BATCH})`;
          const old = await rowsRead(tx, async () => {
            const [row] = await step(tx);
            assert.ok(row?.redacted >= BATCH - 1, `${row?.redacted} redacted`);
          });
          assert.ok(old <= 12 * BATCH, `${BATCH} redacted: ${old} rows of the outbox`);
          const erased = await rowsRead(tx, () => tx`select sync_scheduler.erase_person(${person})`);
          assert.ok(erased <= 20 * DECIDED, `${DECIDED} decisions: ${erased} rows of the outbox`);
        });
      } finally {
        await admin.end();
      }
    },
  );
}
