/**
 * An organisation of a test's own, so that tests share a database without seeing each other.
 *
 * @module
 */
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { randomBytes } from "node:crypto";
import type { Sql } from "postgres";
import type { Database } from "../../src/database_types.ts";
import { connectIntegration } from "../../local/connect_integration.ts";
import type { WebhookReceiver } from "../../local/vendors/webhook_receiver.ts";
import { createPeople, PASSWORD } from "./people.ts";

/** A client of the API, typed by the database. */
export type Client = SupabaseClient<Database>;

/** Where the API is and with which keys; a platform is one. */
export interface ApiAccess {
  readonly apiUrl: string;
  readonly publishableKey: string;
}

/** Who a test may sign in as, each with that role in the organisation; a stranger belongs to none. */
export type Person = "admin" | "coordinator" | "viewer" | "stranger";

/** One organisation with its people and a webhook integration. */
export interface Tenant {
  readonly orgId: string;
  readonly integrationId: string;
  readonly userIds: Readonly<Record<Person, string>>;
  /** What they type in to sign in. */
  readonly emails: Readonly<Record<Person, string>>;
  /** Signs in with the password, as a client app does. */
  signIn(person: Person): Promise<Client>;
}

/** What an integration of a test may be given. */
export interface TenantOptions {
  /** Entries waiting for export; none by default. */
  readonly entries?: number;
  /** Where they go, signed with a secret that the receiver knows. */
  readonly receiver?: WebhookReceiver;
  /** Further settings of the connector. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Longest first backoff, a Postgres interval; none by default, so that a retry is dispatched at once. */
  readonly retryBase?: string;
}

/**
 * A client without a session. It keeps no session and sets no timer.
 *
 * @param access Where the API is.
 * @param key An API key; the publishable one by default.
 */
export function apiClient(access: ApiAccess, key: string = access.publishableKey): Client {
  return createClient<Database>(access.apiUrl, key, {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
  });
}

/**
 * Makes an organisation with a person of each role and a webhook integration.
 *
 * @param sql A connection as the role `postgres`.
 */
export async function createTenant(
  sql: Sql,
  access: ApiAccess,
  { entries = 0, receiver, config = {}, retryBase = "0 seconds" }: TenantOptions = {},
): Promise<Tenant> {
  const tag = randomBytes(6).toString("hex");
  const email = (person: Person) => `${person}-${tag}@tenant.test`;
  const secret = `whsec_${randomBytes(24).toString("base64")}`;
  // A machine of the tenant's own where nothing listens: on a common one, three that fail would be an incident of all.
  const nowhere = `http://127.${[...randomBytes(3)].map((byte) => 1 + byte % 250).join(".")}:9/`;
  receiver?.requireSignature([secret]);

  const emails = {
    admin: email("admin"),
    coordinator: email("coordinator"),
    viewer: email("viewer"),
    stranger: email("stranger"),
  };
  const userIds = await createPeople(sql, emails);
  // Tests press as often as they like; those of the limits set them, on a platform of their own.
  await sql`update sync_scheduler.settings set least_cooldown = '0', presses_per_hour = 10000
    where least_cooldown > '0' or presses_per_hour < 10000`;
  const [created] = await sql<{ org_id: string }[]>`
    with org as (
      insert into public.organizations (name) values (${`Tenant ${tag}`}) returning id
    ), member as (
      insert into public.organization_members (org_id, user_id, role)
      select org.id, user_id::uuid, role::public.sync_member_role from org, (values
        (${userIds.admin}, 'admin'), (${userIds.coordinator}, 'coordinator'), (${userIds.viewer}, 'viewer')
      ) member (user_id, role)
    )
    select org.id as org_id from org`;
  if (created === undefined) throw new Error("the tenant was not created");
  const orgId = created.org_id;
  const integrationId = await connectIntegration(sql, {
    orgId,
    type: "webhook",
    config: { url: receiver?.url ?? nowhere, ...config },
    credentials: { signing_secret: secret },
  });
  // The cooldown is given, so that another default changes no test but that of the defaults.
  await sql`update public.sync_integrations set retry_base = ${retryBase}::interval, manual_cooldown = '5 minutes'
    where id = ${integrationId}`;
  await addEntries(sql, integrationId, 1, entries);

  return {
    orgId,
    integrationId,
    userIds,
    emails,
    signIn: async (person) => {
      const client = apiClient(access);
      const { error } = await client.auth.signInWithPassword({ email: email(person), password: PASSWORD });
      if (error) throw error;
      return client;
    },
  };
}

/** Puts entries `entry-<first>` to `entry-<last>` into an integration's outbox. */
export async function addEntries(
  sql: Sql,
  integrationId: string,
  first: number,
  last: number,
): Promise<void> {
  await sql`
    insert into public.sync_export_entries (integration_id, entry_key, period, document_number, payload)
    select ${integrationId}, 'entry-' || n, '2026-10', 'B-' || n,
      jsonb_build_object('amount', n || '.10', 'text', 'Smørbrød på Ås')
    from generate_series(${first}::int, ${last}::int) n`;
}

/** Presses the trigger through supabase-js, as the coordinator unless said otherwise, and returns the run's id. */
export async function trigger(tenant: Tenant, person: Person = "coordinator"): Promise<string> {
  const supabase = await tenant.signIn(person);
  const { data, error } = await supabase.rpc("trigger_integration_sync", {
    org_id: tenant.orgId,
    integration_type: "webhook",
  });
  if (error) throw error;
  return data.run_id;
}
