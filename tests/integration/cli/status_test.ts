/** The commands that show runs and slots, against the platform, as the backend and as people. */
import assert from "node:assert/strict";
import { usePlatform } from "../../support/platform.ts";
import { createTenant } from "../../support/tenant.ts";
import { asBackend, asPerson, runCli } from "./run_cli.ts";

Deno.test("status ends with 1 and says what to check when there is no such organisation", async () => {
  const platform = await usePlatform();
  const unknown = ["status", crypto.randomUUID()];
  const { code, out, err } = await runCli(unknown, { env: asBackend(platform) });
  assert.deepEqual([code, out], [1, ""]);
  assert.match(err, /has no integration\. Check the id, or connect one/);
  const json = await runCli([...unknown, "--json"], { env: asBackend(platform) });
  assert.deepEqual([json.code, JSON.parse(json.out).integrations], [1, []]);
});

Deno.test("status shows integrations, runs, slots and alerts, for people and for programs", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  const tenant = await createTenant(database.sql, platform);
  const { sql } = database;
  await sql`update public.sync_integrations set schedule = '0 2 * * *' where id = ${tenant.integrationId}`;
  await sql`
    insert into public.sync_run_log (org_id, integration_id, integration_type, status, triggered_by, scheduled_for,
      deadline_at, finished_at, skip_reason)
    select ${tenant.orgId}, ${tenant.integrationId}, 'webhook', 'skipped', 'schedule', slot, slot, slot, 'missed'
    from (select date_trunc('day', now() - interval '2 hours') + interval '2 hours' as slot) s`;
  await sql`
    insert into public.sync_alerts (org_id, integration_id, integration_type, kind, severity, dedup_key, message)
    values (${tenant.orgId}, ${tenant.integrationId}, 'webhook', 'run_failed', 'warning', ${tenant.orgId},
      ${"a vendor says \u001b[31mred\u001b[0m\nand more"})`;

  const status = ["status", tenant.orgId, "--hours", "26"];
  const backend = await runCli([...status, "--json"], { env: asBackend(platform) });
  assert.equal(backend.code, 0, backend.err);
  const { integrations, runs, slots, alerts } = JSON.parse(backend.out);
  assert.deepEqual(
    [integrations, runs, alerts].map((rows: { integration_type: string }[]) =>
      rows.map(({ integration_type }) => integration_type)
    ),
    // The missed slot has raised the second alert.
    [["webhook"], ["webhook"], ["webhook", "webhook"]],
  );
  assert.ok(
    slots.some(({ state, reason }: Record<string, string>) => state === "skipped" && reason === "missed"),
  );

  const env = asPerson(platform);
  const viewer = await runCli([...status, "--email", tenant.emails.viewer], { env });
  assert.equal(viewer.code, 0, viewer.err);
  assert.match(viewer.out, /^Integrations\n {2}TYPE +STATE +HEALTH .*\n {2}webhook +idle /);
  assert.match(viewer.out, /\nSlots of the last 26 h that did not run in time\n.*\n.* skipped +missed /);
  assert.match(viewer.out, / a vendor says red and more\n/, "what others wrote does not steer the terminal");

  const stranger = await runCli([...status, "--email", tenant.emails.stranger], { env });
  assert.deepEqual([stranger.code, stranger.out], [1, ""]);
  assert.match(
    stranger.err,
    /\(not_authorized\)\nCheck the id of the organisation, and the role of the person there\.\n$/,
  );
});

Deno.test("why explains a slot, and names the next to a time that is none", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  const tenant = await createTenant(database.sql, platform);
  const { sql } = database;
  await sql`update public.sync_integrations set schedule = '0 2 * * *' where id = ${tenant.integrationId}`;
  const why = (...args: string[]) =>
    runCli(["why", tenant.orgId, "webhook", ...args], { env: asBackend(platform) });

  const [slot] = await sql<{ at: Date }[]>`
    insert into public.sync_run_log (org_id, integration_id, integration_type, status, triggered_by, scheduled_for,
      deadline_at, finished_at, skip_reason)
    select ${tenant.orgId}, ${tenant.integrationId}, 'webhook', 'skipped', 'schedule', slot, slot, slot, 'missed'
    from (select date_trunc('day', now()) - interval '22 hours' as slot) s
    returning scheduled_for as at`;
  const at = slot?.at ?? new Date(0);
  const shown = `${at.toISOString().slice(0, 19).replace("T", " ")}Z`;
  const table = await why(at.toISOString());
  assert.equal(table.code, 0, table.err);
  assert.match(table.out, new RegExp(`^SCHEDULED +TYPE .*\\n${shown} +webhook +skipped +missed `));
  assert.deepEqual(
    JSON.parse((await why(at.toISOString(), "--json")).out).map(({ state }: { state: string }) => state),
    ["skipped"],
  );

  const none = await why(new Date(at.getTime() + 60_000).toISOString());
  assert.deepEqual([none.code, none.out], [1, ""]);
  assert.match(none.err, new RegExp(`^No slot is scheduled for .*\\. The next to it: ${shown}[.,]`));
});
