/**
 * Two writers of entries that a person has to decide about. They write in SQL, without the locks that the functions of the
 * bundle take: only the alert's own lock keeps them apart.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { PendingQuery, Row, Sql } from "postgres";
import { raceTest } from "../../../support/databases/race.ts";
import { makeTenant } from "../stage.ts";

type Step = (sql: Sql, key: string) => PendingQuery<Row[]>;
const reject: Step = (sql, key) =>
  sql`update public.sync_export_entries set state = 'rejected' where entry_key = ${key}`;
const decide: Step = (sql, key) =>
  sql`update public.sync_export_entries set decided_at = now() where entry_key = ${key}`;

const CASES: readonly [
  name: string,
  rejected: string[],
  first: [Step, string],
  second: [Step, string],
  undecided: number,
][] = [
  ["the last decision comes before a further rejection", ["entry-1"], [decide, "entry-1"], [
    reject,
    "entry-2",
  ], 1],
  [
    "the last decision comes after a further rejection",
    ["entry-1"],
    [reject, "entry-2"],
    [decide, "entry-1"],
    1,
  ],
  [
    "two decisions take the last entries",
    ["entry-1", "entry-3"],
    [decide, "entry-1"],
    [decide, "entry-3"],
    0,
  ],
  ["two rejections come", ["entry-1"], [reject, "entry-2"], [reject, "entry-3"], 3],
];
for (const [name, rejected, [first, firstKey], [second, secondKey], undecided] of CASES) {
  raceTest(
    `the alert counts the undecided entries when at the same time ${name}`,
    async ({ sql, session }) => {
      await makeTenant(sql, { entries: 3 });
      for (const key of rejected) await reject(sql, key);
      const [one, two] = [await session(), await session()];
      await one.stopsAfter((sql) => first(sql, firstKey));
      const done = await two.runs((sql) => second(sql, secondKey));
      await one.goesOn();
      await done.answer;
      const truth = await sql`select from public.sync_export_entries where undecided`;
      assert.equal(truth.length, undecided);
      const alerts = await sql`select (details -> 'undecided')::int as undecided from public.sync_alerts
      where kind = 'entries_need_decision' and resolved_at is null`;
      assert.deepEqual([...alerts], undecided === 0 ? [] : [{ undecided }]);
    },
  );
}
