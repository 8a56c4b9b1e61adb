import assert from "node:assert/strict";
import { makeSqlMutants, readCalls, readStatements } from "../../../tools/mutate/sql/make_mutants.ts";
import { nearestFiles } from "../../../tools/mutate/sql/nearest.ts";
import type { PgtapFile } from "../../../tools/mutate/sql/pgtap_files.ts";
import { nearestRaces, nearestTests } from "../../../tools/mutate/sql/wider_tests.ts";

const SCHEMA = [
  {
    path: "10_tables/orders.sql",
    sql: "create table public.orders (order_id integer primary key, ended_at date);",
  },
  {
    path: "30_functions/alerts/order_alerts.sql",
    sql: `create function sync_scheduler.raise_late() returns trigger language plpgsql as $$
begin
  perform sync_scheduler.raise_alert('order_late');
  return null;
end;
$$;
create trigger ended_1_late after update on public.orders
  for each row when (new.ended_at is not null) execute function sync_scheduler.raise_late();`,
  },
  {
    path: "30_functions/orders/end_order.sql",
    sql: `create function public.end_order() returns void language plpgsql as $$
begin
  if not found then perform sync_scheduler.raise_error('no_order'); end if;
  update public.orders set ended_at = now() where order_id = 1;
end;
$$;`,
  },
];

const statements = readStatements(SCHEMA);
const calls = readCalls(statements);

function mutantOf(target: string, kind: string) {
  const mutant = makeSqlMutants(statements).find((one) => one.target === target && one.kind === kind);
  assert.ok(mutant);
  return mutant;
}

function pgtap(name: string, script: string, functions: string[]): PgtapFile {
  return { file: `supabase/tests/${name}.test.sql`, script, functions: new Set(functions), milliseconds: 1 };
}

const FILES = [
  pgtap("other/has_nothing", "select 1", []),
  pgtap("other/ends", "select public.end_order()", ["public.end_order", "sync_scheduler.raise_late"]),
  pgtap("other/quotes", "select 'order_late'", ["public.end_order", "sync_scheduler.raise_late"]),
  pgtap("other/names_the_column", "select order_id", [
    "public.end_order",
    "sync_scheduler.raise_late",
    "a",
    "b",
  ]),
  pgtap("other/reads", "select * from public.orders", []),
  pgtap("alerts/ends", "select public.end_order()", ["public.end_order", "sync_scheduler.raise_late"]),
  pgtap("other/is_refused", "select throws_ok('select public.end_order()', 'no_order')", []),
  pgtap("alerts/never_ends", "select * from public.orders", []),
  pgtap("tables/refuses", "select 1", []),
];

const nearest = (target: string, kind: string, most = 60) =>
  nearestFiles(mutantOf(target, kind), FILES, calls, most)
    .map(({ file }) => file.slice("supabase/tests/".length, -".test.sql".length));

Deno.test("a trigger asks its feature's files first, then what names its alert, what calls it and its table", () => {
  assert.deepEqual(nearest("public.orders ended_1_late", "drop-trigger"), [
    "tables/refuses",
    "alerts/ends",
    "other/quotes",
    "other/ends",
    "other/names_the_column",
    "alerts/never_ends",
    "other/reads",
    "other/has_nothing",
    "other/is_refused",
  ]);
  assert.deepEqual(nearest("public.orders ended_1_late", "drop-condition", 1), [
    "tables/refuses",
    "alerts/ends",
  ]);
});

Deno.test("a function asks only the files that call it, those that name the fault's columns first", () => {
  assert.deepEqual(nearest("public.end_order", "drop-condition"), [
    "other/names_the_column",
    "other/ends",
    "other/quotes",
    "alerts/ends",
  ]);
  assert.equal(nearest("public.end_order", "change-error").at(-1), "other/is_refused");
});

Deno.test("the wider tests of a trigger are those that are named after its function, or name its table", () => {
  const mutant = mutantOf("public.orders ended_1_late", "drop-trigger");
  const races = ["raise_late", "end_order"].map((name) => ({
    file: `tests/integration/races/late/${name}_test.ts`,
    text: "",
  }));
  assert.deepEqual(nearestRaces(mutant, races, calls), ["tests/integration/races/late/raise_late_test.ts"]);
  const naming = [...races, {
    file: "tests/integration/races/other/other_test.ts",
    text: "select raise_late()",
  }];
  assert.deepEqual(nearestRaces(mutant, naming.toReversed(), calls), [
    "tests/integration/races/late/raise_late_test.ts",
    "tests/integration/races/other/other_test.ts",
  ]);
  const platform = ["nothing", "the table orders", "raise_late"].map((text, n) => ({
    file: `${n}_test.ts`,
    text,
  }));
  assert.deepEqual(nearestTests(mutant, platform, calls, 4), ["2_test.ts", "1_test.ts"]);
  assert.deepEqual(
    nearestTests(mutantOf("sync_scheduler.raise_late", "drop-statement"), platform, calls, 4),
    ["2_test.ts", "1_test.ts"],
  );
});
