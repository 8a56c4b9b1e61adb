/**
 * The limits of an organisation's people hold for calls at once: the second one counts what the first one has done.
 *
 * @module
 */
import assert from "node:assert/strict";
import postgres, { type Sql } from "postgres";
import { raceTest, type Work } from "../../../support/databases/race.ts";
import type { Tenant } from "../../../support/tenant.ts";
import { asPerson, makeTenant } from "../stage.ts";

type Call = (sql: Sql, tenant: Tenant) => PromiseLike<unknown>;

/** Two calls of a person; the limit allows one. */
interface Case {
  readonly name: string;
  readonly limit: string;
  readonly person: "admin" | "coordinator";
  readonly first: Call;
  readonly second: Call;
}

const pressOf = (type: string): Call => (sql, { orgId }) =>
  sql`select public.trigger_integration_sync(${orgId}, ${type})`;
const check = (type: string): Call => (sql, { orgId }) =>
  sql`select public.test_integration_connection(${orgId}, ${type})`;
const configure = (type: string): Call => (sql, { orgId }) =>
  sql`select public.configure_integration_sync(${orgId}, ${type}, '{"max_attempts": 7}')`;
const alertWebhook: Call = (sql, { orgId }) =>
  sql`select public.configure_alert_webhook(${orgId}, '{"url": "https://hooks.slack.com/services/T0/B0/x"}')`;

const CASES: readonly Case[] = [
  {
    name: "presses of two integrations",
    limit: "presses_per_hour",
    person: "coordinator",
    first: pressOf("webhook"),
    second: pressOf("xledger"),
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

/** The call of a person of the API. */
const as = (userId: string, call: Call, tenant: Tenant): Work<unknown> => async (sql) => {
  await asPerson(sql, userId);
  await sql`set local role authenticated`;
  return await call(sql, tenant);
};

for (const { name, limit, person, first, second } of CASES) {
  raceTest(`of ${name} at once the second is refused when one is left`, async ({ sql, session }) => {
    const tenant = await makeTenant(sql);
    await sql`insert into public.sync_integrations (org_id, integration_type) values (${tenant.orgId}, 'xledger')`;
    await sql`update sync_scheduler.settings set presses_per_hour = 1, changes_per_hour = 1`;
    const [one, two] = [await session(), await session()];
    await one.stopsAfter(as(tenant.userIds[person], first, tenant));
    const { answer } = await two.runs(as(tenant.userIds[person], second, tenant));
    await one.goesOn();
    const error = await answer.catch((error: unknown) => error);
    assert.ok(error instanceof postgres.PostgresError, `the second was ${String(error)}`);
    assert.equal(error.message, "rate_limited");
    assert.equal(JSON.parse(error.detail ?? "{}").limit, limit);
  });
}

raceTest(
  "an alert of who holds the limits and a webhook that is removed both end",
  async ({ sql, session }) => {
    const tenant = await makeTenant(sql);
    await sql`insert into public.sync_alert_webhooks (org_id, host, format, min_severity)
    values (${tenant.orgId}, 'hooks.example', 'json', 'info')`;
    const [one, two] = [await session(), await session()];
    await one.stopsAfter(as(tenant.userIds.coordinator, pressOf("webhook"), tenant));
    const remove: Call = (sql, { orgId }) => sql`select public.configure_alert_webhook(${orgId}, null)`;
    const removed = await two.runs(as(tenant.userIds.admin, remove, tenant));
    await one.goesOn(async (sql) => {
      await sql`reset role`;
      // Its message refers to the webhook.
      await sql`select sync_scheduler.raise_alert(i, 'drift', 'warning', now(), 'Late.')
      from public.sync_integrations i where i.id = ${tenant.integrationId}`;
    });
    await removed.answer;
  },
);
