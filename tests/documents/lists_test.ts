/**
 * The states of an entry, the classes of an error and what it is about are types of the database, and a tick has a list of
 * steps. What repeats such a list for people or for the function has all of it, and nothing else.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { allBlames, errorClasses } from "../../supabase/functions/integration-sync/core/errors.ts";
import { root } from "../../tools/run_deno.ts";

async function read(path: string): Promise<string> {
  return await Deno.readTextFile(join(root, path));
}

const types = await read("supabase/schemas/00_setup/types.sql");

/** The values of an enum type, and its comment. */
function typeOf(name: string): { values: string[]; comment: string } {
  const [, list = ""] = new RegExp(`create type ${name} as enum\\s+\\(([^)]+)\\)`).exec(types) ?? [];
  const [, comment = ""] = new RegExp(`comment on type ${name} is\\s+([^]+?);\\n`).exec(types) ?? [];
  return { values: [...list.matchAll(/'(\w+)'/g)].map(([, value = ""]) => value), comment };
}

/** The part of a page below a heading. */
async function section(path: string, heading: string): Promise<string> {
  const text = (await read(path)).split(`## ${heading}\n`)[1]?.split("\n## ")[0];
  assert.ok(text, `${path} has no ${heading}`);
  return text;
}

/** First cells of the rows of a table, without its head. */
function firstCells(text: string): string[] {
  const rows = text.split(/^\| -+ .*\n/m)[1] ?? "";
  return [...rows.matchAll(/^\| `(\w+)` +\|/gm)].map(([, cell = ""]) => cell).sort();
}

const states = typeOf("public.sync_entry_state");
const classes = typeOf("sync_scheduler.error_class");
const blames = typeOf("sync_scheduler.blames");

for (
  const [where, text] of [
    ["the comment of its type", states.comment],
    ["ARCHITECTURE.md", await section("ARCHITECTURE.md", "The life of an entry")],
    [
      "docs/guide.md",
      (await read("docs/guide.md")).split("what became of an entry:")[1]?.split("\n\n")[0] ?? "",
    ],
  ] as const
) {
  Deno.test(`${where} has every state of an entry`, () => {
    assert.ok(states.values.length > 5);
    assert.deepEqual(states.values.filter((state) => !new RegExp(`\\b${state}\\b`).test(text)), []);
  });
}

Deno.test("the function and ARCHITECTURE.md have the classes of errors that the database has", async () => {
  assert.deepEqual([...errorClasses], classes.values);
  assert.deepEqual(firstCells(await section("ARCHITECTURE.md", "Error classes")), [...errorClasses].sort());
});

Deno.test("the function and failures.md have what an error may be about that the database has", async () => {
  assert.deepEqual([...allBlames], blames.values);
  const page = await section("docs/reference/failures.md", "What a failure is about");
  assert.deepEqual(firstCells(page), [...allBlames].sort());
});

Deno.test("ARCHITECTURE.md has the steps of a tick, in their order", async () => {
  const functions = "supabase/schemas/30_functions";
  // The order of the triggers on the tick's row.
  const files = ["tick/tick.sql", "connections/run_checks.sql", "alerts/watch_alerts.sql"];
  const bodies = await Promise.all(files.map((file) => read(`${functions}/${file}`)));
  const steps = bodies.flatMap((sql) => {
    const [, list = ""] = /foreach step in array array\[([^\]]+)\]/.exec(sql) ?? [];
    return [...list.matchAll(/'(\w+)'/g)].map(([, step]) => step);
  });
  assert.ok(steps.length > 5);
  const named = (await section("ARCHITECTURE.md", "The flow")).matchAll(/^- `(\w+)`:/gm);
  assert.deepEqual([...named].map(([, step]) => step), steps);
});

Deno.test("the legend of the tables names each file of its folder", async () => {
  const folder = "supabase/schemas/10_tables";
  const [legend = ""] = (await read(`${folder}/sync_integration_types.sql`)).split("\ncreate ");
  for await (const { name } of Deno.readDir(join(root, folder))) {
    assert.match(legend, new RegExp(`\\b${name.replace(".sql", "")}\\b`));
  }
});
