import assert from "node:assert/strict";
import { makeSqlMutants, readStatements, type SqlMutant } from "../../../tools/mutate/sql/make_mutants.ts";

function mutantsOf(sql: string, path = "30_engine/a.sql"): SqlMutant[] {
  return makeSqlMutants(readStatements([{ path, sql }]));
}

/** A plpgsql function with this body. */
function plpgsql(body: string, name = "sync_scheduler.f", declare = ""): string {
  return `create or replace function ${name}(a integer) returns integer language plpgsql as $$
${declare}begin
  ${body}
end;
$$;`;
}

/** The mutated statements of a kind, on one line. */
function mutated(sql: string, kind: string): string[] {
  return mutantsOf(sql).filter((mutant) => mutant.kind === kind).map(({ mutated }) =>
    mutated.replace(/\s+/g, " ")
  );
}

/** The bodies of functions with a fault of a kind. */
function bodies(body: string, kind: string, declare = ""): string[] {
  return mutated(plpgsql(body, "sync_scheduler.f", declare), kind)
    .map((text) => /begin (.*) end; \$\$$/.exec(text)?.[1] ?? text);
}

const TABLE = "create table public.t (id integer primary key, n integer not null default 3 check (n > 0), " +
  "o integer references public.o (id), unique (n, o))";

const CASES: { name: string; kind: string; found: string[]; expected: string[] }[] = [
  {
    name: "a lock clause",
    kind: "drop-lock",
    found: bodies("select * into a from public.t where t.id = a for update;", "drop-lock"),
    expected: ["SELECT * FROM public.t WHERE t.id = a into a;"],
  },
  {
    name: "an advisory lock",
    kind: "drop-lock",
    found: bodies("perform pg_advisory_xact_lock(1);", "drop-lock"),
    expected: ["null;"],
  },
  {
    name: "`skip locked`",
    kind: "wait-for-lock",
    found: bodies("perform 1 from public.t for update skip locked;", "wait-for-lock"),
    expected: ["perform 1 FROM public.t FOR UPDATE;"],
  },
  {
    name: "each part of a condition",
    kind: "drop-condition",
    found: bodies("update public.t set n = 1 where id = a and n is null;", "drop-condition"),
    expected: ["UPDATE public.t SET n = 1 WHERE n IS NULL;", "UPDATE public.t SET n = 1 WHERE id = a;"],
  },
  {
    name: "a whole condition",
    kind: "drop-condition",
    found: bodies("delete from public.t where id = a;", "drop-condition"),
    expected: ["DELETE FROM public.t WHERE true;"],
  },
  {
    name: "a guard of its own",
    kind: "drop-guard",
    found: bodies("perform sync_scheduler.require_text(a);", "drop-guard"),
    expected: ["null;"],
  },
  {
    name: "a guard around an error",
    kind: "drop-guard",
    found: bodies("if a is null then perform sync_scheduler.raise_error('x'); end if;", "drop-guard"),
    expected: ["if false then perform sync_scheduler.raise_error('x'); end if;"],
  },
  {
    name: "`on conflict`",
    kind: "drop-on-conflict",
    found: bodies("insert into public.t (id) values (a) on conflict do nothing;", "drop-on-conflict"),
    expected: ["INSERT INTO public.t (id) VALUES (a);"],
  },
  {
    name: "`do update` by `do nothing`",
    kind: "on-conflict-do-nothing",
    found: bodies(
      "insert into public.t (id) values (a) on conflict (id) do update set n = 1;",
      "on-conflict-do-nothing",
    ),
    expected: ["INSERT INTO public.t (id) VALUES (a) ON CONFLICT (id) DO NOTHING;"],
  },
  {
    name: "a comparison",
    kind: "turn-comparison",
    found: bodies("return a < 3;", "turn-comparison"),
    expected: ["return a <= 3;"],
  },
  {
    name: "`is null`",
    kind: "turn-null-test",
    found: bodies("a := a is null;", "turn-null-test"),
    expected: ["a := a IS NOT NULL;"],
  },
  {
    name: "`or`",
    kind: "turn-and-or",
    found: bodies("return a = 1 or a = 2;", "turn-and-or"),
    expected: ["return a = 1 AND a = 2;"],
  },
  {
    name: "an error's code",
    kind: "change-error",
    found: bodies("perform sync_scheduler.raise_error('not_authorized');", "change-error"),
    expected: ["perform sync_scheduler.raise_error('rate_limited');"],
  },
  {
    name: "a statement that writes",
    kind: "drop-statement",
    found: bodies("insert into public.t (id) values (a);", "drop-statement"),
    expected: ["null;"],
  },
  {
    name: "an assignment, but no default of a declaration",
    kind: "drop-statement",
    found: bodies("b := a;", "drop-statement", "declare b integer := 1;\n").map((text) => text.trim()),
    expected: ["null;"],
  },
  { name: "a check", kind: "drop-check", found: mutated(TABLE, "drop-check"), expected: [""] },
  {
    name: "a foreign key",
    kind: "drop-foreign-key",
    found: mutated(TABLE, "drop-foreign-key"),
    expected: [""],
  },
  {
    name: "a `not null` that the primary key does not repeat",
    kind: "drop-not-null",
    found: mutantsOf("create table public.t (a integer not null, b integer not null, primary key (a))")
      .filter(({ kind }) => kind === "drop-not-null").map(({ describe }) => describe),
    expected: ["drop `b not null`"],
  },
  { name: "a unique key", kind: "drop-unique", found: mutated(TABLE, "drop-unique"), expected: [""] },
  {
    name: "a default",
    kind: "change-default",
    found: mutated(TABLE, "change-default").map((text) => /DEFAULT 4/.exec(text)?.[0] ?? text),
    expected: ["DEFAULT 4"],
  },
  {
    name: "a unique index",
    kind: "drop-unique",
    found: mutated("create unique index i on public.t (n) where n > 1", "drop-unique"),
    expected: ["CREATE INDEX i ON public.t (n) WHERE n > 1"],
  },
  {
    name: "a trigger",
    kind: "drop-trigger",
    found: mutated(
      "create trigger x before insert on public.t for each row execute function f()",
      "drop-trigger",
    ),
    expected: ["select 1"],
  },
  {
    name: "a policy",
    kind: "open-policy",
    found: mutated("create policy p on public.t for select to authenticated using (n = 1)", "open-policy")
      .map((text) => /USING .*/.exec(text)?.[0] ?? text),
    expected: ["USING (true)"],
  },
  {
    name: "a grant",
    kind: "widen-grant",
    found: mutated("grant select on public.t to authenticated", "widen-grant"),
    expected: ["GRANT SELECT ON public.t TO authenticated, anon"],
  },
  {
    name: "a revoke",
    kind: "drop-revoke",
    found: mutated("revoke all on function f() from public, anon", "drop-revoke"),
    expected: ["select 1"],
  },
];

for (const { name, kind, found, expected } of CASES) {
  Deno.test(`a mutant of the kind ${kind} changes ${name}`, () => {
    if (expected.every((text) => text === "")) assert.equal(found.length, expected.length);
    else assert.deepEqual(found, expected);
  });
}

Deno.test("a mutant keeps its name when the file moves, is reformatted and gets comments", () => {
  const body =
    "if a is null and a < 3 then\n    perform sync_scheduler.raise_error('x');\n  end if;\n  return a;";
  const ids = (sql: string, path: string) => mutantsOf(sql, path).map(({ id }) => id);
  const before = ids(plpgsql(body), "30_engine/a.sql");
  const after = ids(
    `-- Moved, æøå.\n${plpgsql(`-- Why.\n  ${body.replace(/\s+/g, " ").replace("and", "AND\n")}`)}`,
    "20_other/folder_b.sql",
  );
  assert.ok(before.length > 4);
  assert.deepEqual(after, before);
});

Deno.test("two equal places of a function have two names", () => {
  const found = mutantsOf(plpgsql("if a < 3 then return a < 3; end if; return 1;"))
    .filter(({ kind }) => kind === "turn-comparison").map(({ id }) => id);
  assert.equal(new Set(found).size, 2);
});

Deno.test("a fault is put where it belongs when letters of more than one byte come before it", () => {
  assert.deepEqual(bodies("b := 'Blåbær – æøå'; a := a < 3;", "turn-comparison", "declare b text;\n"), [
    "b := 'Blåbær – æøå'; a := a <= 3;",
  ]);
});

Deno.test("`into` stays when its statement changes, wherever it was", () => {
  assert.deepEqual(bodies("select t.n into strict a from public.t where t.id = 1;", "turn-comparison"), [
    "SELECT t.n FROM public.t WHERE t.id <> 1 into strict a;",
  ]);
  assert.deepEqual(bodies("update public.t set n = 2 where id = 1 returning n into a;", "turn-comparison"), [
    "UPDATE public.t SET n = 2 WHERE id <> 1 RETURNING n into a;",
  ]);
});

Deno.test("the area of a fault follows what it endangers", () => {
  const area = (body: string, kind: string) =>
    mutantsOf(plpgsql(body)).find((mutant) => mutant.kind === kind)?.area;
  assert.equal(area("perform 1 from public.t for share;", "drop-lock"), "locks");
  assert.equal(area("delete from public.t where id = 1;", "drop-condition"), "compare-and-set");
  assert.equal(
    area("if a = 1 then perform sync_scheduler.raise_error('already_claimed'); end if;", "drop-guard"),
    "compare-and-set",
  );
  assert.equal(area("perform sync_scheduler.require_org_role(a);", "drop-guard"), "access");
  assert.equal(area("return a = 1;", "turn-comparison"), "comparisons and defaults");
  assert.equal(area("insert into public.t values (1);", "drop-statement"), "engine");
});
