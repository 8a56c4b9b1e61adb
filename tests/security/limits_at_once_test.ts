/**
 * The limits of an organisation's people hold for calls at once: whoever comes second counts what the first has done.
 *
 * @module
 */
import assert from "node:assert/strict";
import postgres, { type ReservedSql } from "postgres";
import { until } from "../../local/wait.ts";
import { connect } from "../support/connect.ts";
import { localTest } from "../support/local_only.ts";
import { createTenant, type Tenant } from "../support/tenant.ts";
import { pauseJobs } from "../support/ticks.ts";

/** Two calls of a person, of which the limit allows one. */
interface Case {
  readonly name: string;
  readonly limit: string;
  readonly person: "admin" | "coordinator";
  readonly first: (sql: ReservedSql, tenant: Tenant) => Promise<unknown>;
  readonly second: (sql: ReservedSql, tenant: Tenant) => Promise<unknown>;
}

const press = (type: string) => (sql: ReservedSql, { orgId }: Tenant) =>
  sql`select public.trigger_integration_sync(${orgId}, ${type})`;
const check = (type: string) => (sql: ReservedSql, { orgId }: Tenant) =>
  sql`select public.test_integration_connection(${orgId}, ${type})`;
const configure = (type: string) => (sql: ReservedSql, { orgId }: Tenant) =>
  sql`select public.configure_integration_sync(${orgId}, ${type}, '{"max_attempts": 7}')`;
const alertWebhook = (sql: ReservedSql, { orgId }: Tenant) =>
  sql`select public.configure_alert_webhook(${orgId}, '{"url": "https://hooks.slack.com/services/T0/B0/x"}')`;

const CASES: readonly Case[] = [
  {
    name: "presses of two integrations",
    limit: "presses_per_hour",
    person: "coordinator",
    first: press("webhook"),
    second: press("xledger"),
  },
  {
    name: "checks of two integrations",
    limit: "changes_per_hour",
    person: "coordinator",
    first: check("webhook"),
    second: check("xledger"),
  },
  {
    name: "configurations of two integrations",
    limit: "changes_per_hour",
    person: "admin",
    first: configure("webhook"),
    second: configure("xledger"),
  },
  {
    name: "the alert webhook and an integration",
    limit: "changes_per_hour",
    person: "admin",
    first: configure("xledger"),
    second: alertWebhook,
  },
];

/** Begins a transaction as that person. */
async function begin(connection: ReservedSql, userId: string): Promise<void> {
  const claims = JSON.stringify({ role: "authenticated", sub: userId });
  await connection`begin`;
  await connection`select set_config('request.jwt.claims', ${claims}, true), set_config('role', 'authenticated', true)`;
}

for (const { name, limit, person, first, second } of CASES) {
  localTest(`of ${name} at once the second is refused when one is left`, async (platform) => {
    await using database = connect(platform.adminUrl);
    const { sql } = database;
    await pauseJobs(sql);
    const tenant = await createTenant(sql, platform);
    await sql`insert into public.sync_integrations (org_id, integration_type) values (${tenant.orgId}, 'xledger')`;
    await sql`update sync_scheduler.settings set presses_per_hour = 1, changes_per_hour = 1`;
    const [one, two] = [await sql.reserve(), await sql.reserve()];
    try {
      const [{ pid } = { pid: 0 }] = await two<{ pid: number }[]>`select pg_backend_pid() as pid`;
      await begin(one, tenant.userIds[person]);
      await begin(two, tenant.userIds[person]);
      // Not committed: only its lock tells of it.
      await first(one, tenant);
      let answered = false;
      const answer = second(two, tenant).then(() => "done", (error: unknown) => error)
        .finally(() => answered = true);
      await until("the second to wait for the first, or to be answered", async () => {
        const waiting =
          await sql`select from pg_stat_activity where pid = ${pid} and wait_event_type = 'Lock'`;
        return answered || waiting.length > 0;
      });
      await one`commit`;
      const error = await answer;
      assert.ok(error instanceof postgres.PostgresError, `the second was ${String(error)}`);
      assert.equal(error.message, "rate_limited");
      assert.equal(JSON.parse(error.detail ?? "{}").limit, limit);
    } finally {
      one.release();
      two.release();
    }
  });
}

localTest(
  "an alert of who holds the limits and a webhook that is removed do not wait for each other",
  async (platform) => {
    await using database = connect(platform.adminUrl);
    const { sql } = database;
    await pauseJobs(sql);
    const tenant = await createTenant(sql, platform);
    await sql`insert into public.sync_alert_webhooks (org_id, host, format, min_severity)
    values (${tenant.orgId}, 'hooks.example', 'json', 'info')`;
    const [one, two] = [await sql.reserve(), await sql.reserve()];
    try {
      const [{ pid } = { pid: 0 }] = await two<{ pid: number }[]>`select pg_backend_pid() as pid`;
      await begin(one, tenant.userIds.admin);
      await begin(two, tenant.userIds.admin);
      await press("webhook")(one, tenant);
      const removed = two`select public.configure_alert_webhook(${tenant.orgId}, null)`.then(
        () => "done",
        String,
      );
      await until("the removal to wait", async () => {
        const waiting =
          await sql`select from pg_stat_activity where pid = ${pid} and wait_event_type = 'Lock'`;
        return waiting.length > 0;
      });
      await one`reset role`;
      // Its message refers to the webhook.
      await one`select sync_scheduler.raise_alert(i, 'drift', 'warning', now(), 'Late.')
      from public.sync_integrations i where i.id = ${tenant.integrationId}`;
      await one`commit`;
      assert.equal(await removed, "done");
      await two`commit`;
    } finally {
      one.release();
      two.release();
    }
  },
);
