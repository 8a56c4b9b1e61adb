/** What breaks the rules for SQL is found; a stage of `deno task test` asks the schema files. */
import assert from "node:assert/strict";
import { sqlFaults } from "../../../tools/sql_faults.ts";

const faults = (sql: string) => sqlFaults([{ path: "f.sql", folder: "tables", sql }]);

const fn = (body: string, { language = "plpgsql", set = "set search_path = pg_catalog, pg_temp" } = {}) =>
  `create function s.f() returns int language ${language} ${set} as $$\n${body}\n$$;\n`;

const IN_F = "f.sql: function s.f(): ";

/** SQL, and what is wrong with it. */
const CASES: readonly (readonly [what: string, sql: string, says: readonly string[]])[] = [
  ["a line of 111 columns", `select 1;\n--${"æ".repeat(109)}\n`, ["f.sql:2: more than 110 columns"]],
  ["a word in upper case", "select 1\nFROM s.t;\n", ["f.sql:2: FROM"]],
  ["a word in upper case in a body", fn("-- æ\nbegin\n  RETURN 1;\nend"), ["f.sql:4: RETURN"]],
  ["a name that says press", fn("declare\n  next_press_at timestamptz;\nbegin end"), [
    "f.sql:3: next_press_at",
  ]],
  ["no search path", fn("begin end", { set: "" }), [`${IN_F}its search_path is not pg_catalog, pg_temp`]],
  [
    "an empty search path",
    fn("begin end", { set: "set search_path = ''" }),
    [`${IN_F}its search_path is not pg_catalog, pg_temp`],
  ],
  ["#variable_conflict", fn("#variable_conflict use_column\nbegin end"), [
    `${IN_F}it has #variable_conflict`,
  ]],
  [
    "an error that raise_error does not raise",
    fn("begin\n  raise using errcode = 'PT409', message = 'a';\nend"),
    [
      `${IN_F}it raises a PT error without raise_error`,
    ],
  ],
  ["a table without a schema", "create table t ();\n", ["f.sql: table t: t has no schema"]],
  ["a view of one", "create view s.v as select from t;\n", ["f.sql: view s.v: t has no schema"]],
  ...[
    "select 1 from t",
    "update t set a = 1",
    "insert into t values (1)",
    "delete from t",
    "perform from s.a join t on true",
  ]
    .map((body) => [`a body with "${body}"`, fn(`begin ${body}; end`), [`${IN_F}t has no schema`]] as const),
];

for (const [what, sql, says] of CASES) {
  Deno.test(`finds ${what}`, () => assert.deepEqual(faults(sql), says));
}

Deno.test("finds nothing in literals, comments and quoted names, nor where a name is no table", () => {
  const body = `declare
  part int := extract(day from b) + substring(c from 1) + d;
begin
  with new as (select 1), old (a) as (select 2) select 'FROM t', "A" from new join old on true; -- FROM t
  select 1 from s.t where a is distinct from b for no key update;
  insert into s.t values (1) on conflict do update set a = 1;
  perform from unnest(array[1]) _ cross join lateral (select 1) l;
end`;
  assert.deepEqual(faults(`-- FROM t\nselect 'FROM t', "A" from s.t;\n${fn(body)}`), []);
});

Deno.test("finds nothing when a trigger's function reads its transition table", () => {
  const trigger = "create trigger g after insert on s.t referencing new table as added\n" +
    "  for each statement execute function s.f();\n";
  assert.deepEqual(faults(fn("begin perform from added; end") + trigger), []);
});
