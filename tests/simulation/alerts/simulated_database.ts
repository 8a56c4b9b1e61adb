import postgres, { type Sql } from "postgres";
import type { Platform } from "../../../local/platform.ts";
import type { WorkerRpc } from "../../../supabase/functions/integration-sync/database/worker_rpc.ts";
import type { JumpClock } from "../../support/jump_clock.ts";
import { pauseJobs } from "../../support/ticks.ts";

/** A request that would have gone to the Edge Function. */
export type Posted = Readonly<Record<string, unknown>> & { readonly kind: string };

/**
 * A platform's database on the clock of a test: `now()` is what the clock says, pg_cron's jobs rest, and what is posted to
 * the function is caught. The platform is good for nothing else then.
 */
export class SimulatedDatabase implements AsyncDisposable {
  private constructor(readonly sql: Sql, private readonly clock: JumpClock) {}

  static async create(platform: Platform, clock: JumpClock): Promise<SimulatedDatabase> {
    const sql = postgres(platform.adminUrl, { max: 1, onnotice: () => {} });
    await pauseJobs(sql);
    // A tick of the real clock may have come while the platform started.
    await sql`truncate sync_scheduler.ticks`;
    // On this machine, as the receivers are: nothing is sent there.
    await sql`update sync_scheduler.settings set function_url = 'http://127.0.0.1:9/'`;
    // A plain SQL function is inlined, so the server's shortcut for built-in functions is never taken.
    await sql.unsafe(`
      create or replace function pg_catalog.now() returns timestamptz language sql stable parallel safe as $$
        select coalesce(nullif(current_setting('sync_test.now', true), '')::timestamptz, transaction_timestamp())
      $$;
      create schema sync_test;
      create table sync_test.posted (id bigint generated always as identity, body jsonb);
      create function sync_test.catch_request() returns trigger language plpgsql security definer as $$
      begin
        insert into sync_test.posted (body) values (convert_from(new.body, 'UTF8')::jsonb);
        return null;
      end $$;
      create trigger catch_request before insert on net.http_request_queue
        for each row execute function sync_test.catch_request();
      update sync_scheduler.settings set warmup_lead = '0 seconds';
    `);
    return new SimulatedDatabase(sql, clock);
  }

  /** Runs something at the clock's time. */
  async at<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    const now = new Date(this.clock.now()).toISOString();
    await this.sql`select set_config('sync_test.now', ${now}, false)`;
    return await work(this.sql);
  }

  /** What has been posted since the last call. */
  async takePosted(): Promise<Posted[]> {
    const rows = await this.sql<{ id: string; body: Posted }[]>`
      delete from sync_test.posted returning id, body`;
    return rows.toSorted((a, b) => Number(a.id) - Number(b.id)).map(({ body }) => body);
  }

  /** The worker RPCs, as the Data API would call them. */
  readonly rpc: WorkerRpc = async (name, parameters) => {
    const names = Object.keys(parameters);
    const values = Object.values(parameters).map((value) =>
      value !== null && typeof value === "object" ? this.sql.json(value as never) : value
    );
    const named = names.map((parameter, index) => `${parameter} => $${index + 1}`).join(", ");
    const [row] = await this.at((sql) =>
      sql.unsafe(`select public.${name}(${named}) as answer`, values as never[])
    );
    return row?.["answer"];
  };

  async [Symbol.asyncDispose](): Promise<void> {
    await this.sql.end({ timeout: 5 });
  }
}
