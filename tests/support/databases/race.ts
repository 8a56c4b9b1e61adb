/**
 * A bench for races: sessions in a database of the test's own. One stops in the middle of its work while another runs.
 *
 * @module
 */
import type { Sql } from "postgres";
import { connect } from "../connect.ts";
import { copyDatabase } from "./idle_database.ts";
import { embeddedOnly } from "../local_only.ts";
import { openGate, openSession, type Session } from "./race_session.ts";

export type { Session, Work } from "./race_session.ts";

/** A database and the sessions in it. */
export interface Race {
  /** Prepares before the race and looks after it, as the owner of the bundle. */
  readonly sql: Sql;
  session(): Promise<Session>;
}

/**
 * Registers a test with a database of its own.
 *
 * @example
 * ```ts ignore
 * raceTest("a cancel meets a recovery", async ({ sql, session }) => {
 *   const [tick, person] = [await session(), await session()];
 *   await tick.stopsAfter((sql) => sql`select sync_scheduler.recover_run(${runId})`);
 *   const cancelled = await person.runs((sql) => sql`select public.cancel_integration_sync(${runId})`);
 *   await tick.goesOn();
 *   await cancelled.answer;
 * });
 * ```
 */
export function raceTest(name: string, test: (race: Race) => Promise<void>): void {
  Deno.test({
    ...embeddedOnly(name),
    fn: async () => {
      await using database = await copyDatabase();
      await using connections = connect(database.dbUrl, 12);
      const { sql } = connections;
      const gate = await openGate(sql);
      await test({ sql, session: () => openSession(sql, gate) });
    },
  });
}
