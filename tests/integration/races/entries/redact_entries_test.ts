import assert from "node:assert/strict";
import { raceTest } from "../../../support/databases/race.ts";
import { makeTenant } from "../stage.ts";

raceTest(
  "an admin who sends an entry again that is redacted meanwhile hears which one",
  async ({ sql, session }) => {
    const { orgId } = await makeTenant(sql, { entries: 1 });
    await sql`update public.sync_export_entries set state = 'rejected'`;
    await sql`update public.sync_export_entries set decided_at = now() - interval '1 day', created_at = now() - interval '2 days'`;
    const [owner, admin] = [await session(), await session()];
    await owner.stopsAfter((sql) =>
      sql`select sync_scheduler.redact_entries(${orgId}, now() - interval '1 hour')`
    );
    const decision = [{ entry_key: "entry-1", resolution: "resend" }];
    const settled = await admin.runs((sql) =>
      sql`select public.settle_sync_entries(${orgId}, 'webhook', ${sql.json(decision)}, 'Corrected.')`
    );
    await owner.goesOn();
    await assert.rejects(settled.answer, { message: "entries_not_settleable", detail: /entry-1/ });
  },
);
