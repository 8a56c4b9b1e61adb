/**
 * Where schedules are played: a platform whose dispatches are caught, and whose Postgres may be killed at any moment.
 *
 * @module
 */
import type { SyncEntryState } from "../../../src/client/types.ts";
import type { Sql } from "postgres";
import { z } from "zod";
import { readEnvironment as readFunctionEnvironment } from "../../../supabase/functions/integration-sync/http/environment.ts";
import {
  createWorkerRpc,
  type WorkerRpc,
} from "../../../supabase/functions/integration-sync/database/worker_rpc.ts";
import { connect, type Connections } from "../../support/connect.ts";
import type { KillablePlatform } from "../../support/local_only.ts";
import { createPeople } from "../../support/people.ts";
import { pauseJobs } from "../../support/ticks.ts";
import { catchDispatches, type Dispatch, dispatchSchema } from "../campaign/dispatches.ts";
import type { Outcome, Subject } from "./subject.ts";
import type { Voucher } from "./vouchers.ts";

/** One integration with its outbox. */
export interface Integration {
  readonly id: string;
  readonly orgId: string;
}

/** How an integration is stopped. */
export type Stop = "paused" | "disabled";

/** A run that is not final, as fate sees it. */
export interface ActiveRun {
  readonly run_id: string;
  readonly attempt: number;
}

const deliveredSchema = z.object({
  replaced: z.number(),
  conflicts: z.number(),
  refused: z.array(z.object({ entry_key: z.string(), reason: z.string() })),
});

/** What became of a delivery. */
export type Delivered = z.infer<typeof deliveredSchema>;

// The database's own clock plays no part: what it would wait for, fate brings about.
const ENDLESS = "10 minutes";

/** The platform of a campaign. Everything that it does is a statement of its own, so that a crash can come in between. */
export class Stage implements AsyncDisposable {
  #connections: Connections;
  /** Settles when Postgres is up again. */
  restarting: Promise<void> = Promise.resolve();

  private constructor(
    readonly platform: KillablePlatform,
    readonly people: { readonly coordinator: string; readonly admin: string },
  ) {
    this.#connections = connect(platform.adminUrl);
  }

  static async create(platform: KillablePlatform): Promise<Stage> {
    await using database = connect(platform.adminUrl);
    const { sql } = database;
    await sql.unsafe(catchDispatches);
    await pauseJobs(sql);
    await sql`update sync_scheduler.settings set function_url = 'http://caught.invalid/', max_dispatches = 20,
      claim_timeout = ${ENDLESS}::interval, lease_duration = ${ENDLESS}::interval, least_cooldown = '0',
      presses_per_hour = 10000 where true`;
    const people = await createPeople(sql, {
      coordinator: "coordinator@campaign.test",
      admin: "admin@campaign.test",
    });
    return new Stage(platform, people);
  }

  get sql(): Sql {
    return this.#connections.sql;
  }

  /** Kills Postgres; it is starting again when this resolves. */
  async crash(): Promise<void> {
    await this.restarting;
    await this.platform.postgres.kill9();
    this.restarting = this.platform.postgres.restart().then(async () => {
      await this.#connections[Symbol.asyncDispose]();
      this.#connections = connect(this.platform.adminUrl);
    });
  }

  /** The worker's way to the database: the Data API, as in the Edge Function. */
  workerRpc(fetch_: typeof fetch): WorkerRpc {
    const { apiUrl, secretKey } = this.platform;
    const variables: Record<string, string> = {
      SUPABASE_URL: apiUrl,
      SUPABASE_SECRET_KEYS: JSON.stringify({ default: secretKey }),
    };
    const { restUrl, headers } = readFunctionEnvironment((name) => variables[name]);
    return createWorkerRpc({ url: restUrl, headers, fetch: fetch_, timeoutMs: 10_000 });
  }

  /** Connects the integration; its vouchers are delivered afterwards. */
  async connect(id: string, subject: Subject): Promise<Integration> {
    const { sql } = this;
    const { integrationType, config, credentials } = subject;
    const [org] = await sql<{ id: string }[]>`
      with org as (insert into public.organizations (name) values (${`Schedule ${id}`}) returning id)
      insert into public.organization_members (org_id, user_id, role)
      select org.id, p.user_id, p.role::public.sync_member_role from org, (values
        (${this.people.coordinator}::uuid, 'coordinator'), (${this.people.admin}::uuid, 'admin')) p (user_id, role)
      returning org_id as id`;
    if (org === undefined) throw new Error("the organisation was not created");
    await sql`
      insert into public.sync_integrations (id, org_id, integration_type, config, retry_base, manual_cooldown)
      values (${id}, ${org.id}, ${integrationType}, ${sql.json(config as never)}, '0', '0')`;
    await sql`select sync_scheduler.store_credentials(i, ${sql.json(credentials as never)})
      from public.sync_integrations i where i.id = ${id}`;
    return { id, orgId: org.id };
  }

  /** The host delivers, with the service role; answers how many contradict what was sent, and who was refused. */
  async deliver({ orgId }: Integration, type: string, vouchers: readonly Voucher[]): Promise<Delivered> {
    const [row] = await this.as(
      { role: "service_role" },
      (sql) =>
        sql`select public.add_sync_entries(${orgId}, ${type}, ${sql.json(vouchers as never)}) as answer`,
    );
    return deliveredSchema.parse(row?.answer);
  }

  /** A person takes entries back; answers how many had not left. */
  async withdraw({ orgId }: Integration, type: string, entryKeys: readonly string[]): Promise<number> {
    const [row] = await this.as({ role: "service_role" }, (sql) =>
      sql`
      select (public.withdraw_sync_entries(${orgId}, ${type}, ${[
        ...entryKeys,
      ]}, 'A mistake.') ->> 'withdrawn')::int
        as withdrawn`);
    return Number(row?.withdrawn);
  }

  /** A person saves another configuration. */
  async configure(
    { orgId }: Integration,
    type: string,
    config: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    await this.as(
      { role: "service_role" },
      (sql) => sql`select public.connect_integration(${orgId}, ${type}, ${sql.json(config as never)})`,
    );
  }

  /** An admin pauses, or the host's backend disables. */
  async stop(integration: Integration, type: string, how: Stop): Promise<void> {
    if (how === "disabled") return await this.#enable(integration, type, false);
    await this.as({ role: "authenticated", sub: this.people.admin }, (sql) =>
      sql`
      select public.pause_integration_sync(${integration.orgId}, ${type}, 'The books are being closed.')`);
  }

  /** It goes on after {@linkcode Stage.stop}. */
  async resume(integration: Integration, type: string, how: Stop): Promise<void> {
    if (how === "disabled") return await this.#enable(integration, type, true);
    await this.as(
      { role: "authenticated", sub: this.people.admin },
      (sql) => sql`select public.resume_integration_sync(${integration.orgId}, ${type})`,
    );
  }

  async #enable({ orgId }: Integration, type: string, enabled: boolean): Promise<void> {
    await this.as(
      { role: "service_role" },
      (sql) => sql`select public.configure_integration_sync(${orgId}, ${type}, ${sql.json({ enabled })})`,
    );
  }

  /** The entries in these states, as the outbox has them now. */
  async entriesIn({ id }: Integration, states: readonly SyncEntryState[]): Promise<readonly Outcome[]> {
    return await this.sql<Outcome[]>`
      select entry_key, period, document_number, payload, state::text, error_message,
        case when conflict_at is not null then conflict_content end as contradicted_by
      from public.sync_export_entries where integration_id = ${id} and state::text = any (${[...states]})
      order by entry_key`;
  }

  /** Whether the vendor has taken entries with the present configuration: a refusal may then pass by itself. */
  async hasSucceeded({ id }: Integration): Promise<boolean> {
    const [row] = await this.sql`select from public.sync_integration_health
      where integration_id = ${id} and last_success_at is not null`;
    return row !== undefined;
  }

  /** Whether the newest run ended because the vendor refused whatever was tried: what waits has to be corrected. */
  async isAllRefused({ id }: Integration): Promise<boolean> {
    const [run] = await this.sql<{ error_code: string | null }[]>`select error_code from public.sync_run_log
      where integration_id = ${id} order by triggered_at desc limit 1`;
    return run?.error_code === "receiver_refuses_everything";
  }

  /** How the runs have ended, for the tally. */
  async endsOfRuns({ id }: Integration): Promise<readonly { status: string; n: number }[]> {
    return await this.sql<{ status: string; n: number }[]>`
      select concat_ws(' ', status, error_code) as status, count(*)::int as n from public.sync_run_log
      where integration_id = ${id} group by 1`;
  }

  /** Entries of batches that a run has set aside, each with the send that a person would look up. */
  async setAside({ id }: Integration): Promise<readonly { entry_key: string; sent_at: string }[]> {
    return await this.sql<{ entry_key: string; sent_at: string }[]>`
      select entry_key, sent_at::text from public.sync_export_entries
      where integration_id = ${id} and state = 'unknown' and set_aside_run_id is not null`;
  }

  /** An admin says what became of entries. */
  async settle({ orgId }: Integration, type: string, entries: readonly unknown[]): Promise<void> {
    await this.as(
      { role: "service_role" },
      (sql) =>
        sql`select public.settle_sync_entries(${orgId}, ${type}, ${
          sql.json(entries as never)
        }, 'Looked up.')`,
    );
  }

  /** A coordinator presses. */
  async press({ orgId }: Integration, type: string): Promise<void> {
    await this.as(
      { role: "authenticated", sub: this.people.coordinator },
      (sql) => sql`select public.trigger_integration_sync(${orgId}, ${type})`,
    );
  }

  async activeRun({ id }: Integration): Promise<ActiveRun | null> {
    const [run] = await this.sql<ActiveRun[]>`
      select run_id, attempt from public.sync_run_log where integration_id = ${id} and finished_at is null`;
    return run ?? null;
  }

  async openEntries({ id }: Integration): Promise<number> {
    const [row] = await this.sql<{ n: number }[]>`select count(*)::int as n from public.sync_export_entries
      where integration_id = ${id} and state in ('pending', 'sending', 'unknown')`;
    return row?.n ?? NaN;
  }

  /** The oldest dispatch that waits for its delivery. */
  async takeDispatch(): Promise<Dispatch | null> {
    const [mail] = await this.sql<{ body: unknown }[]>`delete from campaign.mailbox
      where id = (select min(id) from campaign.mailbox) returning body`;
    return mail === undefined ? null : dispatchSchema.parse(mail.body);
  }

  /** Time passes until whatever this run waits for is over, and pg_cron ticks. No worker may be at work on it. */
  async elapse({ run_id }: ActiveRun): Promise<void> {
    const { sql } = this;
    await sql`update sync_scheduler.run_attempts set lease_expires_at = now()
      where run_id = ${run_id} and ended_at is null`;
    await sql`update public.sync_run_log set next_attempt_at = now()
      where run_id = ${run_id} and next_attempt_at is not null`;
    await sql`select sync_scheduler.recover_run(${run_id})`;
  }

  async as<T extends Record<string, unknown>>(
    claims: { readonly role: string; readonly sub?: string },
    query: (sql: Sql) => PromiseLike<readonly T[]>,
  ): Promise<readonly T[]> {
    return await this.sql.begin(async (tx) => {
      await tx`select set_config('request.jwt.claims', ${JSON.stringify(claims)}, true),
        set_config('role', ${claims.role}, true)`;
      return await query(tx as unknown as Sql);
    }) as readonly T[];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.restarting;
    await this.#connections[Symbol.asyncDispose]();
  }
}
