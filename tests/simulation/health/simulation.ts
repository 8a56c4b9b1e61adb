/**
 * Plays days of ticks, checks and exports in a database whose clock is simulated.
 *
 * @module
 */
import assert from "node:assert/strict";
import postgres, { type Notice, type Sql } from "postgres";
import type { Platform } from "../../../local/platform.ts";
import { pauseJobs } from "../../support/ticks.ts";

/** A database with a scheduler, and vendors that count what they are asked. */
export class Simulation implements AsyncDisposable {
  #now: Date;

  private constructor(readonly scheduler: Sql, readonly admin: Sql, now: Date) {
    this.#now = now;
  }

  /** Replaces the clock of the platform's database and stops pg_cron's jobs. The platform is good for nothing else then. */
  static async create(platform: Platform, start: string): Promise<Simulation> {
    const admin = postgres(platform.adminUrl, { max: 1, onnotice: () => {} });
    await pauseJobs(admin);
    // A tick of the real clock may have come while the platform started.
    await admin`truncate sync_scheduler.ticks`;
    await admin.unsafe(await Deno.readTextFile(new URL("simulation.sql", import.meta.url)));
    await admin`update sync_scheduler.settings set function_url = 'http://caught.invalid/', warmup_lead = '0' where true`;
    // Nothing crashes here, a week has many commits, and nothing reads the statistics.
    await admin.unsafe("alter database postgres set synchronous_commit = off");
    await admin.unsafe("alter database postgres set pg_stat_statements.track = 'none'");
    const now = new Date(start);
    await admin`select sync_sim.set_clock(${now})`;
    return new Simulation(postgres(platform.dbUrl, { max: 1, onnotice: heed }), admin, now);
  }

  /**
   * Connects organisations, each with an integration of its own. A # in `config` and `account` is the organisation's
   * number; integrations of one account share a quota of 500 requests a day.
   */
  async connect(
    type: string,
    count: number,
    { config = {}, account, schedule }: {
      readonly config?: object;
      readonly account: string;
      readonly schedule: string | null;
    },
  ): Promise<void> {
    await this.admin`select sync_sim.connect(${type}, ${count}, ${
      JSON.stringify(config)
    }, ${account}, ${schedule})`;
  }

  /**
   * Lets so many hours pass. pg_cron ticks every 30 s. A tick a minute costs half, and comes so late to some turns of
   * checks that these skip one.
   */
  async pass(hours: number, paceSeconds: 30 | 60 = 60): Promise<void> {
    await this.admin`analyze`;
    const until = new Date(this.#now.getTime() + hours * 3600_000);
    // By the day, so that plans follow what has been filled in meanwhile.
    while (this.#now < until) {
      const next = new Date(Math.min(until.getTime(), this.#now.getTime() + 24 * 3600_000));
      const lastTick = new Date(next.getTime() - paceSeconds * 1000);
      await this
        .scheduler`call sync_sim.play(${this.#now}, ${lastTick}, make_interval(secs => ${paceSeconds}))`;
      await this.admin`analyze`;
      await this.scheduler`discard plans`;
      this.#now = next;
    }
    await this.admin`select sync_sim.set_clock(${this.#now})`;
  }

  get now(): Date {
    return this.#now;
  }

  /** Nothing real has crept in, no tick had an error and no worker was refused. */
  async check(start: string): Promise<void> {
    const strays = await this.admin`
      select * from (
        select 'tick' as what, ticked_at as at from sync_scheduler.ticks
        union all select 'run', unnest(array[triggered_at, started_at, finished_at]) from public.sync_run_log
        union all select 'probe', unnest(array[requested_at, claimed_at, ended_at]) from sync_scheduler.connection_checks
        union all select 'health', unnest(array[since, checked_at, check_requested_at]) from public.sync_integration_health
        union all select 'alert', first_seen_at from public.sync_alerts
        union all select 'request', at from sync_sim.requests
      ) t where at not between ${new Date(start)} and ${this.#now} limit 5`;
    assert.deepEqual([...strays], [], "everything follows the simulated clock");
    const errors = await this.admin`select errors from sync_scheduler.ticks where errors is not null limit 5`;
    assert.deepEqual([...errors], [], "no tick had an error");
    const refused = await this.admin`select * from sync_sim.refusals limit 5`;
    assert.deepEqual([...refused], [], "no worker was refused");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.scheduler, this.admin].map((sql) => sql.end({ timeout: 5 })));
  }
}

/** The steps of a tick pass over what they cannot do, and say so in a warning only. */
function heed({ severity, message }: Notice): void {
  if (severity === "WARNING") throw new Error(message);
}
