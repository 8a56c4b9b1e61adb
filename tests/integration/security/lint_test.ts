/** `supabase db lint` finds nothing: with plpgsql_check where the server has it, and by the schemas' text everywhere. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { readSchemaFiles } from "../../../cli/bundle/schema_files.ts";
import { root } from "../../../tools/run_deno.ts";
import { usePlatform } from "../../support/platform.ts";

/** What plpgsql_check would warn about in the functions of a file. */
function warnings(sql: string): string[] {
  const functions = sql.matchAll(
    /create or replace function ([\w.]+)\((.*?)\)\s*returns (.+?)\nlanguage plpgsql.*? as \$\$\n(.*?)\n\$\$/gs,
  );
  return [...functions].flatMap(([, name, parameters = "", result = "", body = ""]) => {
    const found = /"\w+"/.test(parameters) ? ["a parameter is a reserved word"] : [];
    // A literal without a type is text, and plpgsql converts it at each use.
    const literal = String.raw`'(?:[^']|'')*'(?:\s*'(?:[^']|'')*')*`;
    const types = new Map(
      [...body.matchAll(/^ {2}(\w+) (?:constant )?([\w.]+(?:\[\])?)(?= :=|;)/gm)].map((
        [, variable, type],
      ) => [variable, type]),
    );
    for (
      const [, variable] of body.matchAll(
        new RegExp(`^ *(\\w+)(?: constant)?(?: [\\w.]+(?:\\[\\])?)? :=\\s+${literal};`, "gm"),
      )
    ) {
      const type = types.get(variable);
      if (type !== undefined && type !== "text") {
        found.push(`${variable} is ${type}, and its literal is text`);
      }
    }
    const code = body.replaceAll(/--.*$/gm, "").replaceAll(/'(?:[^']|'')*'/g, "''");
    const last = code.trimEnd().replace(/end;?$/, "").trimEnd().replace(/;$/, "").split(";").at(-1) ?? "";
    const returns = !/^(void|trigger|setof .*|table.*)$/s.test(result) && !/\bout \w/.test(parameters);
    if (returns && !/(^|\bbegin|\bthen)\s*(return|raise)\b/.test(last)) {
      found.push("it does not end with a return");
    }
    if (result !== "text" && new RegExp(`\\breturn ${literal};`).test(body)) {
      found.push("a literal is returned as text");
    }
    return found.map((warning) => `${name}: ${warning}`);
  });
}

Deno.test("what plpgsql_check would warn about is seen in the text of a function", () => {
  const withBody = (declared: string, returned: string, parameters = "a int") =>
    `create or replace function s.f(${parameters}) returns jsonb\nlanguage plpgsql as $$\ndeclare\n${declared}\nbegin\n  return ${returned};\nend;\n$$;`;
  assert.deepEqual(warnings(withBody("  x jsonb := '{}'::jsonb;\n  y text := 'a';", "x")), []);
  assert.deepEqual(warnings(withBody("  x jsonb := '{}';", "x")), [
    "s.f: x is jsonb, and its literal is text",
  ]);
  assert.equal(warnings(withBody("  x constant text[] := '{a,'\n    'b}';", "x")).length, 1);
  assert.equal(warnings(withBody("  x jsonb;", "'{}'")).length, 1);
  assert.equal(warnings(withBody("  x jsonb;", "x", '"from" int')).length, 1);
  const loop = withBody("  x jsonb;", "x").replace("return x;", "loop return x; end loop;");
  assert.deepEqual(warnings(loop), ["s.f: it does not end with a return"]);
});

Deno.test("no function of the bundle has anything that plpgsql_check would warn about", async () => {
  const found: string[] = [];
  for (const { path, sql } of await readSchemaFiles(join(root, "supabase/schemas"))) {
    const functions = sql.split(/^(?=create or replace function )/m);
    found.push(...functions.flatMap(warnings).map((warning) => `${path}: ${warning}`));
  }
  assert.deepEqual(found, []);
});

Deno.test("plpgsql_check finds nothing where the server has it", async (t) => {
  const platform = await usePlatform();
  await using admin = platform.connect({ url: platform.adminUrl, max: 1 });
  const [available] = await admin.sql`select from pg_available_extensions where name = 'plpgsql_check'`;
  await t.step({
    name: available === undefined ? "this server has none (skipped)" : "as `supabase db lint` asks",
    ignore: available === undefined,
    fn: async () => {
      const done = new Error("as it was");
      const rolledBack = admin.sql.begin(async (tx) => {
        await tx`create extension if not exists plpgsql_check`;
        await tx`select set_config('search_path', extnamespace::regnamespace::text, true) from pg_extension where extname = 'plpgsql_check'`;
        // The query of the CLI: https://github.com/okbob/plpgsql_check#mass-check
        const found = await tx<{ name: string; issues: string }[]>`
          select p.oid::regprocedure::text as name, plpgsql_check_function(p.oid, format := 'text') as issues
          from pg_proc p join pg_language l on p.prolang = l.oid
          where l.lanname = 'plpgsql' and p.prorettype <> 'trigger'::regtype
            and p.pronamespace in ('public'::regnamespace, 'sync_scheduler'::regnamespace)`;
        assert.deepEqual(found.map(({ name, issues }) => `${name}: ${issues}`), []);
        const [functions] = await tx<{ count: number }[]>`
          select count(*)::int from pg_proc where pronamespace = 'sync_scheduler'::regnamespace`;
        assert.ok((functions?.count ?? 0) > 100);
        throw done;
      });
      await assert.rejects(rolledBack, done);
    },
  });
});
