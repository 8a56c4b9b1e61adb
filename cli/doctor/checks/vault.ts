import postgres, { type TransactionSql } from "postgres";
import { type Check, fail } from "../check.ts";
import { count, literals } from "../quote.ts";

/** Can secrets be kept and read, and does every reference to one lead to one that can? */
export const vault: Check = {
  name: "vault",
  healthy: "Secrets can be kept and read, those of every integration and alert webhook too.",
  async examine({ look }) {
    // A secret of the doctor's own, rolled back with the rest.
    const broken = await look(async (tx) => {
      const [made] = await tx<{ id: string }[]>`select vault.create_secret('of the doctor') as id`;
      const [row] = await tx<{ read: string | null }[]>`
        select decrypted_secret as read from vault.decrypted_secrets where id = ${made?.id ?? null}`;
      return row?.read === "of the doctor" ? null : "what was kept could not be read";
    }).catch((error: unknown) => {
      // A role that may not use it cannot say whether it works.
      if (!(error instanceof postgres.PostgresError) || error.code === "42501") throw error;
      return error.message;
    });
    if (broken !== null) return [fail(`Vault does not work: ${broken}.`)];

    const { integrations, webhooks } = await look(unreadable);
    const why = "the secret is gone, or was encrypted with another project's key";
    return [
      ...(integrations.length === 0 ? [] : [fail(
        `The credentials of ${
          count(integrations.length, "integration")
        } cannot be read: ${why}. The SQL forgets ` +
          "them; then an admin has to store them again.",
        `delete from sync_scheduler.integration_credentials where integration_id in (${
          literals(integrations)
        });`,
      )]),
      ...(webhooks.length === 0 ? [] : [fail(
        `The address of ${
          count(webhooks.length, "alert webhook")
        } cannot be read: ${why}. The SQL removes it; then ` +
          "an admin has to configure it again.",
        `delete from public.sync_alert_webhooks where org_id in (${literals(webhooks)});`,
      )]),
    ];
  },
};

async function unreadable(tx: TransactionSql): Promise<{ integrations: string[]; webhooks: string[] }> {
  // Each by itself: one that cannot be decrypted would take the whole query along.
  await tx`
    create function pg_temp.readable(secret_id uuid) returns boolean language plpgsql as $$
    begin
      return exists (
        select from vault.decrypted_secrets s
        where s.id = secret_id and jsonb_typeof(s.decrypted_secret::jsonb) = 'object'
      );
    exception when others then
      return false;
    end
    $$`;
  const integrations = await tx<{ id: string }[]>`
    select c.integration_id as id from sync_scheduler.integration_credentials c
    where not pg_temp.readable(c.secret_id) order by c.integration_id`;
  const webhooks = await tx<{ id: string }[]>`
    select s.org_id as id from sync_scheduler.alert_senders s where not pg_temp.readable(s.secret_id) order by s.org_id`;
  return { integrations: integrations.map(({ id }) => id), webhooks: webhooks.map(({ id }) => id) };
}
