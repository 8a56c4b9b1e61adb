/**
 * A session that stops in the middle of its work. Nothing sleeps: the server's locks show that it has stopped, or that it waits
 * for another one.
 *
 * @module
 */
import type { ReservedSql, Sql } from "postgres";
import { until } from "../../../local/wait.ts";

/** What a session does in one transaction. */
export type Work<T> = (sql: ReservedSql) => PromiseLike<T>;

/** What becomes of work that meets another session. */
export interface Meeting<T> {
  /** Whether it waits for another session's lock. Otherwise it has ended. */
  readonly isWaiting: boolean;
  readonly answer: Promise<T>;
}

/** One connection. */
export interface Session {
  /** Does the work, and stops in its transaction with all of its locks. */
  stopsAfter<T>(work: Work<T>): Promise<T>;
  /**
   * Does the work until it is about to execute `statement` (such as "update sync_run_log"), and stops there. Resolves also when
   * it waits for another session before that.
   */
  stopsBefore(statement: string, work: Work<unknown>): Promise<void>;
  /** Resolves once it has stopped before the statement: behind a session that it waited for, it may not be there yet. */
  hasStopped(): Promise<void>;
  /** Goes on from where it stopped, does more if asked to, and commits. */
  goesOn(more?: Work<unknown>): Promise<unknown>;
  /** Does the work and commits. Resolves once that has ended, or waits for another session. */
  runs<T>(work: Work<T>): Promise<Meeting<T>>;
}

const GATE = 471_100;

/** Lets sessions stop before a statement. Returns the connection that stops them. */
export async function openGate(sql: Sql): Promise<ReservedSql> {
  const gate = await sql.reserve();
  // Before the statement, for a trigger of rows would hold the row. Without the time limit of the tick's functions.
  await gate.unsafe(`
    create schema race;
    create function race.stop() returns trigger language plpgsql set lock_timeout = 0 as $$
    begin
      if current_setting('race.stops_before', true) = lower(tg_op) || ' ' || tg_table_name then
        perform pg_advisory_xact_lock_shared(${GATE}, pg_backend_pid());
      end if;
      return null;
    end $$;
    do $$
    declare
      path text;
    begin
      for path in select oid::regclass from pg_class
        where relkind = 'r' and relnamespace in ('public'::regnamespace, 'sync_scheduler'::regnamespace)
      loop
        execute 'create trigger a_race before insert or update or delete on ' || path || ' execute function race.stop()';
      end loop;
    end $$`);
  return gate;
}

/** Opens a session, which the gate can stop. */
export async function openSession(sql: Sql, gate: ReservedSql): Promise<Session> {
  const own = await sql.reserve();
  // A statement that never ends must fail, not hang.
  await own`set statement_timeout = '2min'`;
  const [{ pid } = { pid: 0 }] = await own<{ pid: number }[]>`select pg_backend_pid() as pid`;
  let onward = (_more?: Work<unknown>): Promise<unknown> => Promise.resolve();
  const end = async <T>(work: PromiseLike<T>): Promise<T> => {
    try {
      const value = await work;
      await own`commit`;
      return value;
    } catch (error) {
      await own`rollback`;
      throw error;
    }
  };
  const runs = async <T>(work: Work<T>): Promise<Meeting<T>> => {
    await own`begin`;
    let hasEnded = false;
    const answer = end(work(own)).finally(() => hasEnded = true);
    answer.catch(() => {});
    // For another session, not for the server's own workers.
    const isWaiting = async () =>
      (await gate`select from pg_stat_activity
        where pid = any (pg_blocking_pids(${pid})) and backend_type = 'client backend'`).length > 0;
    await until("the session to end or to wait for another", async () => hasEnded || await isWaiting());
    return { isWaiting: !hasEnded, answer };
  };
  return {
    runs,
    async stopsAfter(work) {
      await own`begin`;
      onward = (more) => end(more?.(own) ?? Promise.resolve());
      return await work(own);
    },
    async stopsBefore(statement, work) {
      await gate`select pg_advisory_lock(${GATE}, ${pid})`;
      await own`select set_config('race.stops_before', ${statement}, false)`;
      // The gate is a lock like any other.
      const { isWaiting, answer } = await runs(work);
      if (!isWaiting) throw new Error(`It ended without "${statement}": ${await answer.catch(String)}`);
      onward = async () => {
        await gate`select pg_advisory_unlock(${GATE}, ${pid})`;
        return await answer;
      };
    },
    async hasStopped() {
      await until(
        "the session to stop before its statement",
        async () =>
          (await gate`select from pg_locks where pid = ${pid} and locktype = 'advisory' and not granted`)
            .length > 0,
      );
    },
    goesOn: (more) => onward(more),
  };
}
