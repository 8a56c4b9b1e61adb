/** What is resolved when it is created comes behind what it reads; bodies in plpgsql may be anywhere. */
import assert from "node:assert/strict";
import { requireResolved } from "../../../tools/migrations/resolved.ts";

const TABLE = "create table public.t (id int, kind text);\n";
const CALLED = "create or replace function public.g() returns int language sql as $$ select 1 $$;\n";

/** Statements that need what `first` makes. */
const CASES: readonly (readonly [what: string, second: string, first: string, needs: string])[] = [
  ["a view", "create view public.v as select id from public.t;", TABLE, "relation public.t"],
  ["a policy", "create policy p on public.t using (public.g() = 1);", CALLED, "function public.g"],
  ["a check", "create table public.c (id int check (id > public.g()));", CALLED, "function public.g"],
  ["a default", "create table public.c (id int default public.g());", CALLED, "function public.g"],
  ["a foreign key", "create table public.c (id int references public.t (id));", TABLE, "relation public.t"],
  ["an index", "create index on public.t (id);", TABLE, "relation public.t"],
  [
    "a trigger",
    "create trigger a before update on public.t for each row execute function public.g();",
    CALLED,
    "function public.g",
  ],
  [
    "the body of a function in SQL",
    "create function public.f() returns int language sql as $$ select public.g() $$;",
    CALLED,
    "function public.g",
  ],
  [
    "an argument of a function in plpgsql",
    "create function public.f(a public.t) returns int language plpgsql as $$ begin return 1; end $$;",
    TABLE,
    "relation public.t",
  ],
  [
    "the result of a function",
    "create function public.f() returns setof public.t language plpgsql as $$ begin end $$;",
    TABLE,
    "relation public.t",
  ],
  [
    "a variable of a function in plpgsql",
    "create function public.f() returns int language plpgsql as $$\ndeclare\n  row public.t;\nbegin end $$;",
    TABLE,
    "relation public.t",
  ],
  ["a grant", "revoke all on function public.g() from public;", CALLED, "function public.g"],
  ["a comment", "comment on column public.t.id is 'One.';", TABLE, "relation public.t"],
  ["a row", "insert into public.t values (1);", TABLE, "relation public.t"],
];

const file = (name: string, sql: string) => ({ path: `10_tables/${name}.sql`, folder: "tables", sql });

for (const [what, second, first, needs] of CASES) {
  Deno.test(`names the file when ${what} needs what comes later`, () => {
    const others = first === TABLE ? [] : [file("0", TABLE)];
    requireResolved([...others, file("1", first), file("2", second)]);
    const message = (rest: string) =>
      new RegExp(`^Error: schemas/10_tables/2\\.sql: .+ needs ${needs}, which ${rest}$`);
    assert.throws(
      () => requireResolved([...others, file("2", second), file("1", first)]),
      message("comes later, in 10_tables/1.sql"),
    );
    assert.throws(
      () => requireResolved([...others, file("2", `${second}\n${first}`)]),
      message("comes behind it"),
    );
    assert.throws(() => requireResolved([...others, file("2", second)]), message("no file makes"));
  });
}

Deno.test("accepts a body in plpgsql that calls and reads what comes later, and names of other schemas", () => {
  requireResolved([
    file(
      "1",
      "create function public.f() returns int language plpgsql as $$ begin return public.g() from public.t; end $$;\n" +
        "create table public.c (id uuid references auth.users (id) default extensions.uuid());",
    ),
    file("2", TABLE + CALLED),
  ]);
});

Deno.test("names the file with a syntax error", () => {
  assert.throws(
    () => requireResolved([file("1", "create tabel public.t ();")]),
    /10_tables\/1\.sql: syntax error/,
  );
});
