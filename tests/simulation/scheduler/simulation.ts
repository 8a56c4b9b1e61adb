/**
 * Plays scripts in a database whose clock is simulated.
 *
 * @module
 */
import assert from "node:assert/strict";
import postgres, { type Notice, type Sql } from "postgres";
import type { Platform } from "../../../local/platform.ts";
import { pauseJobs } from "../../support/ticks.ts";
import type { HistoryEvent } from "./history_checker.ts";
import { insertIntegrations, type Simulated } from "./integrations.ts";
import { FATES } from "./plan.ts";
import type { Script } from "./script.ts";

/** Two schedulers of one database; the second only ticks when the first does. */
export class Simulation implements AsyncDisposable {
  private constructor(readonly first: Sql, readonly second: Sql, readonly admin: Sql) {}

  /** Replaces the clock of the platform's database and stops pg_cron's jobs. The platform is good for nothing else then. */
  static async create(platform: Platform, seed: number): Promise<Simulation> {
    // pg_cron's role, one connection each.
    const scheduler = () => postgres(platform.dbUrl, { max: 1, onnotice: heed });
    const admin = postgres(platform.adminUrl, { max: 1, onnotice: () => {} });
    await pauseJobs(admin);
    await admin.unsafe(await Deno.readTextFile(new URL("simulation.sql", import.meta.url)));
    for (const [name, value] of Object.entries({ seed, ...FATES })) {
      await admin.unsafe(`alter database postgres set sync_sim.${name} = '${value}'`);
    }
    await admin`update sync_scheduler.settings set function_url = 'http://caught.invalid/', max_active_per_org = 2,
      lease_duration = '10 minutes', max_dispatches = 20, incident_organisations = 1000 where true`;
    // Nothing crashes here, a month has many commits, and nothing reads the statistics.
    await admin.unsafe("alter database postgres set synchronous_commit = off");
    await admin.unsafe("alter database postgres set pg_stat_statements.track = 'none'");
    return new Simulation(scheduler(), scheduler(), admin);
  }

  /** Plays a script with these integrations in place of all others, and returns how often the ticks recovered a run. */
  async play(script: Script, integrations: readonly Simulated[]): Promise<{ recovered: number }> {
    await this.admin`select sync_sim.set_clock(to_timestamp(${script.from / 1000}))`;
    await insertIntegrations(this.admin, integrations);
    await this.admin`truncate sync_sim.steps, sync_sim.agenda, sync_sim.history, sync_scheduler.ticks`;
    await this
      .admin`insert into sync_sim.steps select n, to_timestamp((step ->> 'at')::float8 / 1000), step ->> 'what',
        (step ->> 'integrationId')::uuid, step -> 'details'
      from jsonb_array_elements(${this.admin.json(script.steps as never)}) with ordinality s (step, n)`;
    await this.admin`analyze`;
    let next = 1;
    let pairs = 0;
    for (const [index, step] of script.steps.entries()) {
      if (step.what !== "doubled") continue;
      await this.first`call sync_sim.play(${next}, ${index + 1})`;
      // pg_cron ticks twice at the same moment of the simulated clock, really at once.
      await this.second`select sync_sim.set_clock(to_timestamp(${step.at / 1000}))`;
      await Promise.all([this.first, this.second].map((sql) => sql`select sync_scheduler.tick()`));
      next = index + 2;
      // What autovacuum does meanwhile, and pg_cron by opening a connection for each tick.
      if (++pairs % 20 !== 1) continue;
      await this
        .admin`analyze public.sync_integrations, public.sync_run_log, sync_scheduler.run_attempts, sync_sim.agenda`;
      await this.first`discard plans`;
    }
    await this.first`call sync_sim.play(${next}, ${script.steps.length})`;
    return await this.#checkClockAndTicks(script);
  }

  /** What happened, in its true order, by integration. */
  async history(): Promise<Map<string, HistoryEvent[]>> {
    const rows = await this.admin<(HistoryEvent & { id: string })[]>`
      select integration_id as id, event, reason, extract(epoch from at)::float8 * 1000 as at,
        extract(epoch from slot)::float8 * 1000 as slot
      from sync_sim.history where integration_id is not null order by seq`;
    return Map.groupBy(rows, ({ id }) => id);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.first, this.second, this.admin].map((sql) => sql.end({ timeout: 5 })));
  }

  async #checkClockAndTicks({ from, steps, ticks }: Script): Promise<{ recovered: number }> {
    const [first, last] = [from, Math.max(...steps.map(({ at }) => at)) + 1].map((at) => new Date(at));
    const strays = await this.admin`
      select * from (
        select 'tick' as what, ticked_at as at from sync_scheduler.ticks
        union all select 'run', unnest(array[triggered_at, started_at, finished_at]) from public.sync_run_log
        union all select 'attempt', unnest(array[dispatched_at, claimed_at, ended_at]) from sync_scheduler.run_attempts
        union all select 'alert', first_seen_at from public.sync_alerts
      ) t where at not between ${first as Date} and ${last as Date} limit 5`;
    assert.deepEqual([...strays], [], "everything follows the simulated clock");
    const [ticked] = await this.admin<{ n: number; recovered: number; errors: unknown }[]>`
      select count(*)::int as n, sum(recovered)::int as recovered, jsonb_agg(errors) filter (where errors is not null) as errors
      from sync_scheduler.ticks`;
    assert.equal(ticked?.errors, null, "no tick had an error");
    assert.equal(
      ticked.n,
      ticks.intended - ticks.away - ticks.dropped + ticks.doubled,
      "every tick is recorded",
    );
    const failed = await this.admin`select details from public.sync_alerts where kind = 'start_failed'`;
    assert.deepEqual([...failed], [], "nothing here is broken, so every slot can be dealt with");
    return { recovered: ticked.recovered };
  }
}

/** The steps of a tick pass over what they cannot do, and say so in a warning only. */
function heed({ severity, message }: Notice): void {
  if (severity === "WARNING") throw new Error(message);
}
