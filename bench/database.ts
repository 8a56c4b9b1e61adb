import postgres, { type Sql } from "postgres";
import { SUPERUSER } from "../local/postgres/postgres.ts";
import type { DatabaseWish } from "./server.ts";
import { script } from "./script.ts";

/** An organisation with an integration that the coordinator may trigger. */
export interface BenchTenant {
  readonly orgId: string;
  readonly integrationId: string;
}

/** How a database is reached. */
export interface DatabaseAccess {
  readonly url: (role: string) => string;
  readonly coordinatorId: string;
  readonly tenants: number;
}

/** Claims as Auth signs them for a person who has signed in with a password: some 600 bytes, which a press has to parse. */
export function claimsOf(userId: string): string {
  return JSON.stringify({
    iss: "https://abcdefghijklmnopqrst.supabase.co/auth/v1",
    sub: userId,
    aud: "authenticated",
    exp: 1_795_000_000,
    iat: 1_794_996_400,
    email: "coordinator@organisation.example",
    phone: "",
    app_metadata: { provider: "email", providers: ["email"] },
    user_metadata: {
      email: "coordinator@organisation.example",
      email_verified: true,
      full_name: "Kari Nordmann",
      phone_verified: false,
      sub: userId,
    },
    role: "authenticated",
    aal: "aal1",
    amr: [{ method: "password", timestamp: 1_794_996_400 }],
    session_id: "0a6d7c1e-5b0f-4c8e-9a59-6f2f0f1f7c11",
    is_anonymous: false,
  });
}

/** One database of the server. Its connections are its own and end with it. */
export class BenchDatabase {
  readonly coordinatorId: string;
  /** How many tenants there are, numbered from 1. */
  readonly tenantCount: number;
  /** A superuser, for what happens around a measurement. */
  readonly admin: Sql;
  readonly #access: DatabaseAccess;
  readonly #sessions: Sql[] = [];

  constructor(access: DatabaseAccess) {
    this.#access = access;
    this.coordinatorId = access.coordinatorId;
    this.tenantCount = access.tenants;
    this.admin = this.#connect(SUPERUSER);
  }

  /**
   * A connection like those of the Data API: `authenticator` as the role `authenticated`, with the coordinator's
   * claims, both set once.
   */
  asCoordinator(): Promise<Sql> {
    return this.#asPerson(this.coordinatorId);
  }

  /** The same as a viewer of the first organisations alone. The coordinator belongs to all. */
  async asViewerOf(organisations: number): Promise<Sql> {
    return await this.#asPerson(await this.addPerson(organisations, "viewer"));
  }

  /** A person with a role in the first organisations. Returns the id. */
  async addPerson(organisations: number, role: "viewer" | "admin"): Promise<string> {
    const [person] = await this.admin<{ id: string }[]>`
      with person as (
        insert into auth.users (id, aud, role, email, created_at, updated_at)
        select id, 'authenticated', 'authenticated', id || '@example.test', now(), now() from gen_random_uuid() id
        returning id
      ), members as (
        insert into public.organization_members (org_id, user_id, role)
        select t.org_id, p.id, ${role}::public.sync_member_role from bench.tenants t, person p where t.n <= ${organisations})
      select id from person`;
    return person?.id ?? "";
  }

  async #asPerson(userId: string): Promise<Sql> {
    const sql = this.#connect("authenticator");
    const claims = claimsOf(userId);
    await sql`select set_config('request.jwt.claims', ${claims}, false), set_config('role', 'authenticated', false)`;
    // A role's limits are for people who wait in front of a screen; loops of a benchmark take longer.
    await sql`select set_config('statement_timeout', '0', false)`;
    return sql;
  }

  /** Where a superuser connects, for libraries that open connections of their own. */
  get superuserUrl(): string {
    return this.#access.url(SUPERUSER);
  }

  /** A further superuser, for what has to be set for one connection. */
  asSuperuser(options: postgres.Options<Record<string, never>> = {}): Sql {
    return this.#connect(SUPERUSER, options);
  }

  /** A connection of the role that owns the bundle and runs its pg_cron job. */
  asOwner(): Sql {
    return this.#connect("postgres");
  }

  /** Tenants `first` to `last`, both included. */
  async tenants(first: number, last: number): Promise<BenchTenant[]> {
    return await this.admin<BenchTenant[]>`
      select org_id as "orgId", integration_id as "integrationId" from bench.tenants
      where n between ${first} and ${last} order by n`;
  }

  /** Empties the log, the attempts, the queue and the reference table. */
  async reset(): Promise<void> {
    await this.admin`call bench.reset()`;
  }

  /** Fills the log as wished. A stale database stays empty until `fill`, so that plans can be cached before. */
  async prepare(wish: DatabaseWish): Promise<void> {
    if (wish.scheduled !== undefined) await this.#schedule(wish.scheduled);
    if (wish.stale !== undefined) {
      await this.admin`alter table public.sync_run_log set (autovacuum_enabled = false)`;
      await this.admin`alter table sync_scheduler.run_attempts set (autovacuum_enabled = false)`;
      await this.admin`analyze public.sync_run_log, sync_scheduler.run_attempts`;
    } else {
      await this.fill(wish.rows);
      await this.admin`vacuum analyze public.sync_run_log, sync_scheduler.run_attempts`;
      await this.admin`checkpoint`;
    }
  }

  /** Adds ended runs to the log, each with its attempt. */
  async fill(rows: number): Promise<void> {
    if (rows === 0) return;
    const [log, attempts] = await Promise.all([script("fill_log.sql"), script("fill_attempts.sql")]);
    await this.admin.begin(async (sql) => {
      // A million checks of foreign keys prove nothing here and take most of the time.
      await sql`set local session_replication_role = replica`;
      await sql.unsafe(log, [rows]);
      await sql.unsafe(attempts);
    });
  }

  /** Adds integrations with a schedule. */
  async #schedule(count: number): Promise<void> {
    const schedules = await script("schedules.sql");
    await this.admin.begin(async (sql) => {
      // The slots are given; no trigger need compute them.
      await sql`set local session_replication_role = replica`;
      await sql.unsafe(schedules, [count]);
    });
    await this.admin`vacuum analyze public.sync_integrations`;
  }

  async close(): Promise<void> {
    await Promise.all(this.#sessions.map((sql) => sql.end({ timeout: 0 })));
  }

  #connect(role: string, options: postgres.Options<Record<string, never>> = {}): Sql {
    const sql = postgres(this.#access.url(role), {
      onnotice: () => {},
      ...options,
      max: 1,
      // What was set once would be lost with the connection.
      max_lifetime: null,
      idle_timeout: 0,
    });
    this.#sessions.push(sql);
    return sql;
  }
}
