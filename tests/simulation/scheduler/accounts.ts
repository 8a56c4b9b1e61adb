import assert from "node:assert/strict";
import type { Sql } from "postgres";
import type { HistoryChecker } from "./history_checker.ts";

interface SlotRow {
  readonly integration_id: string;
  readonly slot: number;
  readonly scheduled: number;
  readonly made_up: number;
  readonly state: string;
}

/** Numbers by name, in the order in which they are to be printed. */
export type Counts = Record<string, number>;

/**
 * Compares the slots of the oracle with the rows of the run log: Each has exactly one, or waits, or is still due. There
 * is none that the oracle does not know.
 */
export async function settleAccounts(
  sql: Sql,
  checkers: ReadonlyMap<string, HistoryChecker>,
): Promise<Counts> {
  const rows = await sql<SlotRow[]>`
    select integration_id, extract(epoch from scheduled_for)::float8 * 1000 as slot,
      count(*) filter (where triggered_by = 'schedule')::int as scheduled,
      count(*) filter (where triggered_by = 'backfill')::int as made_up,
      min(coalesce(skip_reason::text, 'ran')) filter (where triggered_by = 'schedule') as state
    from public.sync_run_log where scheduled_for is not null group by 1, 2`;
  const due = new Map(
    (await sql<{ id: string; next: number | null }[]>`
      select id, extract(epoch from next_run_at)::float8 * 1000 as next from public.sync_integrations`)
      .map(({ id, next }) => [id, next ?? Infinity]),
  );
  const byIntegration = Map.groupBy(rows, (row) => row.integration_id);

  const counts: Counts = {
    slots: 0,
    ran: 0,
    waiting: 0,
    due: 0,
    missing: 0,
    twice: 0,
    unknown: 0,
    "made up": 0,
  };
  const count = (what: string) => counts[what] = (counts[what] ?? 0) + 1;
  const wrong: string[] = [];
  for (const [id, checker] of checkers) {
    const [required, allowed, backfillable] = [
      checker.oracle.required(checker.eras),
      checker.oracle.allowed(checker.eras),
      checker.oracle.backfillable(checker.eras),
    ];
    const complain = (what: string, slot: number) => {
      count(what);
      wrong.push(`${what}: ${new Date(slot).toISOString()} of ${Deno.inspect(checker.who)}`);
    };
    const dealtWith = new Set<number>();
    for (const { slot, scheduled, made_up, state } of byIntegration.get(id) ?? []) {
      if (scheduled + made_up > 0 && !(scheduled > 0 ? allowed : backfillable).has(slot)) {
        complain("unknown", slot);
      }
      if (scheduled > 1 || made_up > 1 || (state === "ran" && made_up > 0)) complain("twice", slot);
      if (made_up > 0) count("made up");
      if (scheduled === 0) continue;
      dealtWith.add(slot);
      count(state);
    }
    for (const slot of required.union(dealtWith)) {
      count("slots");
      if (dealtWith.has(slot)) continue;
      if (checker.waiting.has(slot)) count("waiting");
      else if (slot >= (due.get(id) ?? Infinity)) count("due");
      else complain("missing", slot);
    }
  }
  assert.deepEqual(wrong, [], "every slot has exactly one row");
  return counts;
}
