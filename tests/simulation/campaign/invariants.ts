/**
 * What must hold at every moment, seen from outside, and what must be true in the end. Each rule is one statement, and
 * so sees one moment.
 *
 * @module
 */
import assert from "node:assert/strict";
import { attemptName, type World } from "./world.ts";

/** Each selects what breaks it. */
const RULES: Readonly<Record<string, string>> = {
  "an active run has one open attempt that fits it, or waits for the next; a final run has none open": `
    select r.run_id, r.status, r.attempt, r.next_attempt_at, o.*
    from public.sync_run_log r cross join lateral (
      select count(*) as open,
        count(*) filter (where a.attempt = r.attempt and (a.claimed_at is not null) = (r.status = 'running')) as fitting
      from sync_scheduler.run_attempts a where a.run_id = r.run_id and a.ended_at is null) o
    where case when r.finished_at is not null or r.next_attempt_at is not null or r.notice = 'integration_paused' then o.open <> 0
      else o.open <> 1 or o.fitting <> 1 end`,
  "exactly the runs that wait for the end of a pause are known as such, and their integrations are paused": `
    select r.run_id, r.status, r.notice, p.paused_at, i.paused_at as integration_paused_at
    from public.sync_run_log r
    join public.sync_integrations i on i.id = r.integration_id
    left join sync_scheduler.paused_runs p on p.run_id = r.run_id
    where (r.notice is not distinct from 'integration_paused') is distinct from (p.run_id is not null)
      or (p.run_id is not null and (i.paused_at is null or r.status <> 'pending' or r.next_attempt_at is not null))
      or (i.paused_at is not null and r.status = 'pending' and p.run_id is null)`,
  "one batch of an integration is being sent, by a run that is running": `
    select e.integration_id, count(distinct e.batch_id) as batches, array_agg(r.status) as runs
    from public.sync_export_entries e left join public.sync_run_log r on r.run_id = e.run_id
    where e.state = 'sending' group by e.integration_id
    having count(distinct e.batch_id) > 1 or bool_or(r.status is distinct from 'running')`,
  "a run that has succeeded knows what became of its entries": `
    select r.run_id, e.entry_key, e.state
    from public.sync_export_entries e join public.sync_run_log r on r.run_id = e.run_id
    where r.status = 'succeeded' and e.state in ('sending', 'unknown')`,
  "a run's counters are what its entries say": `
    select r.run_id, r.entries_total, r.entries_done, r.entries_failed, e.*
    from public.sync_run_log r cross join lateral (
      select count(*) filter (where state = 'exported') as exported,
        count(*) filter (where state = 'rejected') as rejected
      from public.sync_export_entries where run_id = r.run_id) e
    where r.entries_done <> e.exported or r.entries_failed <> e.rejected
      or r.entries_total < r.entries_done + r.entries_failed`,
  "a conflict is about something that was sent, and contradicts it": `
    select e.integration_id, e.entry_key, e.state from public.sync_export_entries e
    where e.conflict_at is not null and (e.state = 'pending' or e.conflict_payload_hash = e.payload_hash)`,
};

/** How far everything is. */
export interface Progress {
  /** Entries that are neither exported nor rejected. */
  readonly unsettled: number;
  readonly activeRuns: number;
}

/** Asserts the rules, again and again. */
export class Invariants {
  /** Every final run as it was first seen. */
  readonly #finalRuns = new Map<string, string>();

  constructor(readonly world: World) {}

  async check(): Promise<Progress> {
    const { fate } = this.world;
    for (const [rule, query] of Object.entries(RULES)) {
      assert.deepEqual([...await fate.unsafe(query)], [], rule);
    }
    await this.#checkLosses();
    const unsettled = await this.#compareLedgers();
    await this.#compareFinalRuns();
    const [active] = await fate<{ n: number }[]>`
      select count(*)::int as n from public.sync_run_log where finished_at is null`;
    return { unsettled, activeRuns: active?.n ?? 0 };
  }

  /** Only now may the ledgers and the outbox be the same; and no two transactions may ever have locked each other. */
  async checkEnd(): Promise<void> {
    const { fate, members } = this.world;
    assert.deepEqual(await this.check(), { unsettled: 0, activeRuns: 0 });
    for (const { tenant, vendor } of members.values()) {
      const exported = await fate<{ entry_key: string }[]>`select entry_key from public.sync_export_entries
        where integration_id = ${tenant.integrationId} and state = 'exported'`;
      assert.deepEqual(exported.map((e) => e.entry_key).sort(), [...vendor.effects.keys()].sort());
    }
    const [database] = await fate<{ deadlocks: number }[]>`
      select deadlocks::int from pg_stat_database where datname = current_database()`;
    assert.equal(database?.deadlocks, 0, "deadlocks");
  }

  /** Adds to the tally how runs and attempts have ended. */
  async countEndings(): Promise<void> {
    const endings = await this.world.fate<{ ending: string; n: number }[]>`
      select ending, count(*)::int as n from (
        select concat_ws(' ', 'run', status, error_code) as ending from public.sync_run_log
        union all
        select concat_ws(' ', 'attempt', outcome, error_code) from sync_scheduler.run_attempts) e
      group by ending`;
    for (const { ending, n } of endings) this.world.tally.set(ending, n);
  }

  /** An entry is exported only if it was booked, rejected only if not, and never offered again once it was booked. */
  async #compareLedgers(): Promise<number> {
    const { fate, members } = this.world;
    // Read before the outbox: an entry is booked after it has left the state `pending`, and never returns to it.
    const booked = new Map([...members].map(([id, { vendor }]) => [id, new Set(vendor.effects.keys())]));
    const entries = await fate<
      { integration_id: string; entry_key: string; state: string; payload: unknown }[]
    >`
      select integration_id, entry_key, state::text, payload from public.sync_export_entries`;
    let unsettled = 0;
    for (const { integration_id, entry_key, state, payload } of entries) {
      const vendor = members.get(integration_id)?.vendor;
      const effects = vendor?.effects.get(entry_key) ?? 0;
      const where = `${vendor?.kind}: ${entry_key} is ${state}`;
      if (state === "exported") {
        assert.equal(effects, 1, where);
        assert.deepEqual(vendor?.contents.get(entry_key), payload, `${where}, but as something else`);
      } else if (state === "rejected") assert.equal(effects, 0, where);
      else unsettled++;
      if (state === "pending") assert.ok(!booked.get(integration_id)?.has(entry_key), `${where}, but booked`);
    }
    return unsettled;
  }

  /** No worker is declared lost while its lease lasts: it may still be sending. */
  async #checkLosses(): Promise<void> {
    const lost = await this.world.fate<{ run_id: string; attempt: number }[]>`
      select run_id, attempt from sync_scheduler.run_attempts where outcome = 'lost' and claimed_at is not null`;
    for (const { run_id, attempt } of lost) {
      const name = attemptName(run_id, attempt);
      assert.ok(this.world.expired.has(name), `${name} is lost before its lease is over`);
    }
  }

  async #compareFinalRuns(): Promise<void> {
    const rows = await this.world.fate<{ run_id: string; row: string }[]>`
      select run_id, to_jsonb(r)::text as row from public.sync_run_log r where finished_at is not null`;
    for (const { run_id, row } of rows) {
      const before = this.#finalRuns.get(run_id) ?? row;
      assert.equal(row, before, "a final run has changed");
      this.#finalRuns.set(run_id, row);
    }
    const now = new Set(rows.map((row) => row.run_id));
    for (const runId of this.#finalRuns.keys()) assert.ok(now.has(runId), `final run ${runId} is gone`);
  }
}
