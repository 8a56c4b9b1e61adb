import postgres from "postgres";
import { connectIntegration } from "./connect_integration.ts";
import type { WebhookReceiver } from "./vendors/webhook_receiver.ts";

/** How the ids of the seed's organisations begin: only those may be pointed anywhere. */
const SEEDED = "0a000000-0000-4000-8000-";

/** The function that the bundle deploys. */
export const FUNCTION_NAME = "integration-sync";
/** The function that receives what the seed exports in a stack of the CLI. */
export const DEMO_RECEIVER = "demo-receiver";

/**
 * Writes into a freshly migrated database where the parts of this platform are: the function, and the external system
 * behind every seeded webhook integration. Does nothing for tables that are not there.
 *
 * @param functionsUrl The functions as the database reaches them.
 */
export async function wireDatabase(
  adminUrl: string,
  functionsUrl: string,
  receiver: WebhookReceiver,
): Promise<void> {
  const sql = postgres(adminUrl, { max: 1, onnotice: () => {} });
  try {
    const [found] = await sql<
      { settings: string | null; integrations: string | null; vault: string | null }[]
    >`
      select to_regclass('sync_scheduler.settings')::text as settings,
        to_regclass('public.sync_integrations')::text as integrations,
        to_regclass('vault.decrypted_secrets')::text as vault`;
    if (found?.settings !== null) {
      await sql`update sync_scheduler.settings set function_url = ${`${functionsUrl}/${FUNCTION_NAME}`} where true`;
    }
    if (found === undefined || found.integrations === null) return;
    if (found.vault === null) return;
    // An integration that signs is verified by the receiver: it knows the secrets of the seeded ones.
    const seeded = await sql<{ org_id: string; config: object; credentials: unknown }[]>`
      select i.org_id, i.config, d.decrypted_secret::jsonb as credentials
      from public.sync_integrations i
      join sync_scheduler.integration_credentials c on c.integration_id = i.id
      join vault.decrypted_secrets d on d.id = c.secret_id
      where i.integration_type = 'webhook' and i.org_id::text like ${`${SEEDED}%`}`;
    for (const { org_id, config, credentials } of seeded) {
      await connectIntegration(sql, {
        orgId: org_id,
        type: "webhook",
        config: { ...config, url: receiver.url },
        credentials,
      });
    }
    const secrets = JSON.stringify(seeded).match(/whsec_[A-Za-z0-9+/=]+/g);
    receiver.requireSignature(secrets ?? []);
  } finally {
    await sql.end();
  }
}
