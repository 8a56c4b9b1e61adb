import assert from "node:assert/strict";
import { join } from "node:path";
import { runPgtap } from "../../../tools/run_pgtap.ts";
import { hasPgProve, runPgProve } from "../../support/databases/pg_prove.ts";
import { usePlatform } from "../../support/platform.ts";

/** Runs a script as a pgTAP file; returns what passed, what failed and what else went wrong. */
async function run(script: string) {
  const platform = await usePlatform();
  await using admin = platform.connect({ url: platform.adminUrl });
  await admin.sql`create extension if not exists pgtap with schema extensions`;
  const { assertions, problems } = await runPgtap(platform.dbUrl, script);
  const names = (wanted: boolean) =>
    assertions.filter(({ passed }) => passed === wanted).map(({ name }) => name);
  return { passed: names(true), failed: names(false), problems, assertions };
}

Deno.test("a pgTAP file passes when its assertions hold and its plan is kept", async () => {
  const { passed, failed, problems } = await run(`
    begin; select plan(2);
    select ok(true, 'first'); select set_config('a.b', 'a row that is no assertion', true); select is(1, 1, 'second');
    select * from finish(); rollback;`);
  assert.deepEqual({ passed, failed, problems }, { passed: ["first", "second"], failed: [], problems: [] });
});

Deno.test("a pgTAP file fails with its diagnostics when an assertion does not hold", async () => {
  const { failed, assertions } = await run(
    "begin; select plan(1); select is(2, 1, 'is one'); select * from finish(); rollback;",
  );
  assert.deepEqual(failed, ["is one"]);
  assert.match(assertions[0]?.diagnostics ?? "", /have: 2[^]*want: 1/);
});

Deno.test("a pgTAP file fails when it runs fewer or more assertions than planned", async () => {
  for (const planned of [1, 3]) {
    const { passed, problems } = await run(
      `begin; select plan(${planned}); select ok(true, 'a'); select ok(true, 'b'); select * from finish(); rollback;`,
    );
    assert.equal(passed.length, 2);
    assert.notDeepEqual(problems, []);
  }
});

Deno.test("a pgTAP file fails on an SQL error, and what ran before it is kept", async () => {
  const { passed, problems } = await run(
    "begin; select plan(2); select ok(true, 'before'); select 1 / 0; select ok(true, 'after'); rollback;",
  );
  assert.deepEqual(passed, ["before"]);
  assert.match(problems[0] ?? "", /22012: division by zero/);
});

Deno.test("a pgTAP file fails when it bails out or asserts nothing", async () => {
  const bail =
    "begin; select plan(2); select ok(true, 'a'); select 'Bail out!  no use'; select ok(true, 'b'); rollback;";
  assert.match((await run(bail)).problems.join("\n"), /Bail out!/);
  assert.notDeepEqual((await run("begin; rollback;")).problems, []);
});

Deno.test("a pgTAP file leaves nothing behind when it forgets its rollback", async () => {
  await run(
    "begin; create table public.left_behind (); select plan(1); select ok(true, 'a'); select * from finish();",
  );
  const platform = await usePlatform();
  await using database = platform.connect();
  const [row] = await database.sql`select to_regclass('public.left_behind') as name`;
  assert.equal(row?.name, null);
});

const isProved = await hasPgProve();

Deno.test({
  name: `the real pg_prove's lines say what failed, and in which file${
    isProved ? "" : " (skipped: it is not installed)"
  }`,
  ignore: !isProved,
  async fn() {
    const platform = await usePlatform();
    await using admin = platform.connect({ url: platform.adminUrl });
    await admin.sql`create extension if not exists pgtap with schema extensions`;
    const folder = await Deno.makeTempDir();
    const file = async (name: string, body: string) => {
      const script = `begin; set local search_path = public, extensions; ${body} rollback;`;
      await Deno.writeTextFile(join(folder, name), script.replaceAll("; ", ";\n"));
    };
    try {
      await file(
        "a.sql",
        "select plan(2); select ok(true, 'first'); select is(2, 1, 'is one'); select 1 / 0;",
      );
      await file("b.sql", "select plan(1); select ok(true, 'alone'); select * from finish();");
      const reports = await runPgProve(platform.dbUrl, folder);
      assert.deepEqual([...reports.keys()], [join(folder, "a.sql"), join(folder, "b.sql")]);
      const summary = [...reports.values()].map(({ assertions, problems }) => [
        ...assertions.map(({ name, passed }) => `${name} ${passed}`),
        /division by zero/.test(problems.join()),
      ]);
      assert.deepEqual(summary, [["first true", "is one false", true], ["alone true", false]]);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
