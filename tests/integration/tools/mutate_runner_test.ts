import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { chooseMutants, MOST } from "../../../tools/mutate/choose.ts";
import type { Area, Mutant } from "../../../tools/mutate/mutant.ts";
import { isStillKilled, resultOf } from "../../../tools/mutate/results.ts";
import { describeScores, scoreAreas } from "../../../tools/mutate/score.ts";
import { sql } from "../../../tools/mutate/sql/language.ts";
import { embeddedOnly } from "../../support/local_only.ts";

const FILES = {
  "supabase/schemas/00_setup/schema.sql": "create schema sync_scheduler;",
  "supabase/schemas/10_tables/t.sql": "create table public.t (n integer check (n > 0) check (n < 100));",
  "supabase/schemas/30_engine/add.sql":
    `create or replace function sync_scheduler.add(n integer) returns void language plpgsql as $$
begin
  insert into public.t values (n);
end;
$$;`,
  "supabase/schemas/30_engine/count.sql":
    `create or replace function sync_scheduler.count(lowest integer) returns bigint language plpgsql as $$
begin
  return (select count(*) from public.t where t.n >= lowest);
end;
$$;`,
  "supabase/tests/count.test.sql": `begin;
select plan(2);
select sync_scheduler.add(5);
select is(sync_scheduler.count(4), 1::bigint, 'counts what is larger');
select throws_ok('select sync_scheduler.add(0)', '23514', null, 'refuses zero');
select * from finish();
rollback;
`,
};

async function makeProject(): Promise<string> {
  const root = await Deno.makeTempDir({ prefix: "sync_scheduler_mutate_" });
  for (const [file, text] of Object.entries(FILES)) {
    await Deno.mkdir(join(root, dirname(file)), { recursive: true });
    await Deno.writeTextFile(join(root, file), text);
  }
  return root;
}

Deno.test({
  ...embeddedOnly("the runner kills a mutant that a test notices, and reports one that survives"),
  fn: async (t) => {
    const root = await makeProject();
    try {
      const mutants = await sql.makeMutants(root);
      await using runner = await sql.openRunner({ root, near: 60, wide: 0, guess: false, log: () => {} });
      const outcomeOf = (wanted: (mutant: Mutant) => boolean) => {
        const mutant = mutants.find(wanted);
        assert.ok(mutant);
        return runner.run(mutant);
      };
      const by = (test: string) => ({
        status: "killed",
        by: { file: "supabase/tests/count.test.sql", test },
      });
      await t.step("a statement of a function is killed", async () => {
        const found = await outcomeOf(({ id }) => id.startsWith("sync_scheduler.add drop-statement"));
        assert.deepEqual(found, by("counts what is larger"));
      });
      await t.step("a constraint is killed", async () => {
        const found = await outcomeOf(({ describe }) => describe === "drop `n check n > 0`");
        assert.deepEqual(found, by("refuses zero"));
      });
      await t.step("a comparison and a constraint without a test survive", async () => {
        const tried = { status: "survived", tried: ["supabase/tests/count.test.sql"] };
        assert.deepEqual(await outcomeOf(({ kind }) => kind === "turn-comparison"), tried);
        assert.deepEqual(await outcomeOf(({ describe }) => describe === "drop `n check n < 100`"), tried);
      });
      await t.step("a mutant that the database refuses does not count", async () => {
        const broken = mutants.find(({ kind }) => kind === "turn-comparison");
        assert.ok(broken);
        const { status } = await runner.run({ ...broken, mutated: "create or replace function broken" });
        assert.equal(status, "invalid");
      });
    } finally {
      await Deno.remove(root, { recursive: true });
    }
  },
});

function mutant(id: string, area: Area = "engine", target = "f"): Mutant {
  const rest = { language: "sql", kind: "k", place: "p", file: "a.sql", describe: "d", mutated: "" } as const;
  return { ...rest, id, area, target, targetHash: "1" };
}

Deno.test("a sample is the same for the same seed and takes every target before a second mutant of one", () => {
  const all = Array.from({ length: 300 }, (_, n) => mutant(`f${n % 50} ${n}`, "engine", `f${n % 50}`));
  const chosen = chooseMutants(all, 1);
  assert.equal(chosen.length, MOST.engine);
  assert.deepEqual(
    chooseMutants(all.toReversed(), 1).map(({ id }) => id).sort(),
    chosen.map(({ id }) => id).sort(),
  );
  assert.equal(new Set(chosen.map(({ target }) => target)).size, 50);
  assert.notDeepEqual(chooseMutants(all, 2).map(({ id }) => id), chosen.map(({ id }) => id));
});

Deno.test("a killed mutant is tried again only when its target or the file that killed it changes", async () => {
  const root = await makeProject();
  try {
    const file = "supabase/tests/count.test.sql";
    const killed = mutant("f k p");
    const result = await resultOf(root, killed, { status: "killed", by: { file, test: "x" } });
    assert.ok(result);
    assert.equal(await isStillKilled(root, killed, result), true);
    assert.equal(await isStillKilled(root, { ...killed, targetHash: "2" }, result), false);
    await Deno.writeTextFile(join(root, file), "-- another\n");
    assert.equal(await isStillKilled(root, killed, result), false);
    const survived = await resultOf(root, killed, { status: "survived", tried: [] });
    assert.equal(await isStillKilled(root, killed, survived ?? undefined), false);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("the score counts equivalents apart, names the survivors and ends with the whole score", () => {
  const mutants = ["a", "b", "c"].map((id) => mutant(id, "locks"));
  const result = (status: "killed" | "survived") => ({ area: "locks", status, target: "1" });
  const results = { a: result("killed"), b: result("survived"), c: result("survived") };
  const scores = scoreAreas(mutants, results, { c: "a test proves it elsewhere" });
  const { lines, isGood } = describeScores(scores);
  assert.deepEqual(scores.map(({ killed, survived, equivalent }) => [killed, survived.length, equivalent]), [[
    1,
    1,
    1,
  ]]);
  assert.equal(isGood, false);
  assert.equal(lines.at(-1), "score 50.0 %: 1 killed, 1 survived, 1 equivalent");
  assert.ok(lines.some((line) => line.startsWith("survived: b\n")));
});
