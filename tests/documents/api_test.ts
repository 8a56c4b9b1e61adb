/** The reference is whole: it is held against the database, function by function. */
import assert from "node:assert/strict";
import { SYNC_ERRORS } from "../../src/rpc-logic/mod.ts";
import { freshPage } from "../../tools/api_reference.ts";
import { usePlatform } from "../support/platform.ts";
import { apiSections, readPage } from "./api_page.ts";

// For the Edge Function, not for clients.
const WORKER_ERRORS = [
  "run_is_final",
  "invalid_token",
  "already_claimed",
  "attempt_not_current",
  "invalid_worker_request",
];

interface CatalogFunction {
  readonly name: string;
  readonly signature: string;
  readonly columns: readonly string[] | null;
  readonly comment: string;
  readonly forPeople: boolean;
}

async function readFunctions(): Promise<CatalogFunction[]> {
  const platform = await usePlatform();
  await using database = platform.connect();
  return await database.sql<CatalogFunction[]>`
    select p.proname::text as name, obj_description(p.oid) as comment,
      p.proname || '(' || regexp_replace(replace(replace(pg_get_function_arguments(p.oid),
        'timestamp with time zone', 'timestamptz'), ' DEFAULT ', ' = '), 'NULL::\\w+', 'null', 'g') || ')' as signature,
      (select array_agg(name order by n) from unnest(p.proargnames, p.proargmodes) with ordinality a (name, mode, n)
       where mode = 't') as columns,
      has_function_privilege('authenticated', p.oid, 'execute') as "forPeople"
    from pg_proc p
    where p.pronamespace = 'public'::regnamespace and has_function_privilege('service_role', p.oid, 'execute')
      and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
    order by p.proname`;
}

Deno.test("docs/reference/api.md has every function that people or a backend call, and no other", async () => {
  const functions = (await readFunctions()).filter(({ name }) => !name.startsWith("sync_worker_"));
  const documented = apiSections(await readPage()).map(({ name }) => name).sort();
  assert.deepEqual(documented, functions.map(({ name }) => name));
});

Deno.test("docs/design/worker-protocol.md has every function of the Edge Function's, with its parameters", async () => {
  const page = await Deno.readTextFile(new URL("../../docs/design/worker-protocol.md", import.meta.url));
  const rows = page.split("\n").filter((line) => line.startsWith("| `sync_worker_"));
  const functions = (await readFunctions()).filter(({ name }) => name.startsWith("sync_worker_"));
  for (const { name, signature } of functions) {
    const row = rows.find((line) => line.startsWith(`| \`${name}\``));
    assert.ok(row, name);
    for (const [, parameter = ""] of signature.matchAll(/[(,] ?(\w+) /g)) {
      // The parameters that name an attempt are listed once, above the table.
      const isCommon = ["run_id", "attempt", "token"].includes(parameter);
      assert.ok(isCommon || new RegExp(`\\b${parameter}\\b`).test(row), `${name}: ${parameter}`);
    }
  }
  assert.equal(rows.length, functions.length, "and no other");
});

Deno.test("docs/reference/api.md has the functions' comments; if not, run `deno task api:docs`", async () => {
  assert.equal(await readPage(), await freshPage());
});

Deno.test("the comment of each public function has its columns and its callers, and begins with a sentence", async (t) => {
  const functions = await readFunctions();
  for (const section of apiSections(await readPage())) {
    await t.step(section.name, () => {
      const found = functions.find(({ name }) => name === section.name);
      assert.ok(found, "is in the database");
      assert.equal(section.signature, found.signature.replaceAll('"', ""));
      for (const column of found.columns ?? []) {
        const named = new RegExp(`\`${column}\`|→ \\([^)]*\\b${column}\\b`);
        assert.match(section.text, named, `the column ${column}`);
      }
      // Wherever the lines end.
      const text = found.comment.replaceAll(/\s+/g, " ");
      assert.match(text, /service role/);
      assert.equal(/For the service role alone/.test(text), !found.forPeople, "who may call it");
      assert.match(text, / Errors\b/);
      for (const [, code, message = ""] of text.matchAll(/\b(PT\d{3}) (\w+)/g)) {
        assert.equal(code, (SYNC_ERRORS as Record<string, { code: string }>)[message]?.code, message);
      }
      // The Data API's description takes the first line for a summary.
      assert.match(found.comment, /^[^\n]+\.\n/);
    });
  }
});

Deno.test("docs/reference/api.md names every error that a client can meet, with its code", async () => {
  const table = (await readPage()).split("## Every error")[1] ?? "";
  const documented = [...table.matchAll(/^\| `(\w+)` +\| `(PT\d{3})` +\|/gm)].map(([, message, code]) =>
    `${message} ${code}`
  );
  const raised = Object.entries(SYNC_ERRORS).filter(([message]) => !WORKER_ERRORS.includes(message))
    .map(([message, { code }]) => `${message} ${code}`);
  assert.deepEqual(documented.sort(), raised.sort());
});

Deno.test("docs/guide.md names every error of the trigger, in the order of its checks, with its code", async () => {
  const guide = await Deno.readTextFile(new URL("../../docs/guide.md", import.meta.url));
  const documented = [...guide.matchAll(/^\| `(\w+)` +\| `(PT\d{3})` +\|/gm)].map((
    [, message, code],
  ) => [message, code]);
  const [trigger] = (await readFunctions()).filter(({ name }) => name === "trigger_integration_sync");
  assert.ok(trigger);
  assert.deepEqual(
    documented,
    [...trigger.comment.matchAll(/(PT\d{3}) (\w+)/g)].map(([, code, message]) => [message, code]),
  );
});

Deno.test("docs/reference/api.md names every table and view that members can read", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  const readable = await database.sql<{ name: string }[]>`
    select c.relname::text as name from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'v', 'm', 'p')
      and has_table_privilege('authenticated', c.oid, 'select')
      and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e') order by 1`;
  const page = (await readPage()).split("## What can be read")[1] ?? "";
  const documented = [...page.matchAll(/^\| `(\w+)` +\| [^`]/gm)].map(([, name = ""]) => name);
  assert.deepEqual(documented.sort(), readable.map(({ name }) => name));
});
