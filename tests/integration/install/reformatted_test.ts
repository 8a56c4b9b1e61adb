/** A file that a formatter of the host's has been over is not edited; one that says something else is. */
import assert from "node:assert/strict";
import * as prettier from "prettier";
import { readBundle } from "../../../cli/bundle/bundle.ts";
import { checkoutAt } from "../../../cli/bundle/checkout.ts";
import { normalForm } from "../../../cli/install/normal_form.ts";
import { root } from "../../../cli/root.ts";
import { copyReleased } from "../../support/hosts/checkout.ts";
import { createProject } from "../../support/hosts/project.ts";

const FORMATTED = "functions/integration-sync/core/retry.ts";
const STYLES = [
  {
    singleQuote: true,
    semi: false,
    useTabs: true,
    printWidth: 60,
    trailingComma: "none",
    arrowParens: "avoid",
  },
  { printWidth: 80, quoteProps: "consistent", objectWrap: "collapse" },
] as const;

function format(text: string, style: prettier.Options = STYLES[0]): Promise<string> {
  return prettier.format(text, { parser: "typescript", ...style });
}

Deno.test("every shipped file has one normal form, whatever the style of the formatter", async () => {
  const { files } = await readBundle(checkoutAt(root));
  for (const [n, { path, text }] of files.entries()) {
    const formatted = await format(text, STYLES[n % STYLES.length]);
    assert.equal(normalForm(path, formatted), normalForm(path, text), path);
  }
});

Deno.test("what a formatter leaves alone is an edit: words, strings, comments, precedence, the body of a function", () => {
  const edits = [
    ["a.ts", "f(a, b);\n", "f(b, a);\n"],
    ["a.ts", 'f("a b");\n', 'f("a  b");\n'],
    ["a.ts", "f(`a\nb`);\n", "f(`a b`);\n"],
    ["a.ts", "f(); // as is\n", "f(); // as was\n"],
    ["a.ts", "const a = b * (c + d);\n", "const a = b * c + d;\n"],
    ["a.ts", "if (a) { b(); c(); }\n", "if (a) b(); c();\n"],
    ["a.sql", "select 'a b';\n", "select 'a  b';\n"],
    ["a.sql", "do $$ begin end $$;\n", "do $$ begin null; end $$;\n"],
    ["a.sql", 'select "A";\n', 'select "a";\n'],
    ["a.sql", "select 1; -- one\n", "select 1; -- two\n"],
  ] as const;
  for (const [path, a, b] of edits) assert.notEqual(normalForm(path, a), normalForm(path, b), a);
  assert.equal(normalForm("a.sql", "SELECT a.b,\n  1;\n"), normalForm("a.sql", "select a.b, 1;\n"));
});

Deno.test("a formatted file is left alone, and the next release takes it for unedited", async () => {
  await using copy = await copyReleased();
  await using project = await createProject();
  assert.equal((await project.install([], copy.directory)).code, 0);
  const once = await project.files();
  const migration = Object.keys(once).find((path) => path.endsWith("_sync_scheduler_install.sql")) ?? "";
  const formatted = await format(once[FORMATTED] ?? "");
  assert.notEqual(formatted, once[FORMATTED]);
  await project.write({
    [FORMATTED]: formatted,
    [migration]: (once[migration] ?? "").replace("select cron", "SELECT\n  cron"),
  });
  assert.match((await project.install([], copy.directory)).text, /nothing to do/);
  assert.equal((await project.files())[FORMATTED], formatted);

  await copy.openChange("next");
  await copy.write(
    "supabase/functions/integration-sync/core/clock.ts",
    `${await copy.read("supabase/functions/integration-sync/core/clock.ts")}// New.\n`,
  );
  await copy.release("0.2.0");
  const upgraded = await project.install([], copy.directory);
  assert.equal(upgraded.code, 0, upgraded.text);
  assert.match((await project.files())[FORMATTED] ?? "", /^\/\/ sync-scheduler 0\.2\.0 /);

  const edited = formatted.replace("return", "return void");
  await project.write({ [FORMATTED]: edited.replace("0.1.0", "0.2.0") });
  const refused = await project.install([], copy.directory);
  assert.equal(refused.code, 1);
  assert.match(refused.text, /were edited [^]*retry\.ts/);
});
