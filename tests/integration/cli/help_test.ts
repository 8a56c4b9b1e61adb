/** What the command line says of itself, and how it refuses what it does not know. */
import assert from "node:assert/strict";
import { EXIT } from "../../../cli/errors.ts";
import { createProgram, runCli } from "../../../cli/program.ts";
import { readPage, withReference } from "../../../tools/cli_reference.ts";

type Program = ReturnType<typeof createProgram>;

/** Every command, with the words that call it. */
function commands(program: Program, words: readonly string[] = []): [string[], Program][] {
  return (program.commands as Program[]).flatMap((command) => {
    const path = [...words, command.name()];
    return [[path, command] as [string[], Program], ...commands(command, path)];
  });
}

/** What a call prints, and its exit code. */
async function call(args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ["", ""];
  const code = await runCli(args, { writeOut: (text) => out += text, writeErr: (text) => err += text });
  return { code, out, err };
}

Deno.test("docs/reference/cli.md has what --help says; if not, run `deno task cli:docs`", async () => {
  const page = await readPage();
  assert.equal(withReference(page), page);
});

Deno.test("the help of each command has a usage line, a description of every option, and examples", async () => {
  const all = commands(createProgram());
  assert.equal(all.length, 11);
  for (const [path, command] of [[[], createProgram()] as [string[], Program], ...all]) {
    const { code, out, err } = await call([...path, "--help"]);
    assert.deepEqual([code, err], [0, ""], path.join(" "));
    assert.ok(out.startsWith(["Usage: sync-scheduler", ...path].join(" ")), out);
    assert.match(out, /\nExamples:\n {2}\S/);
    for (const option of command.options) assert.ok(option.description.length > 5, option.flags);
  }
});

Deno.test("in a terminal of 80 columns no line of the help is longer, but for examples to paste", () => {
  for (
    const [path, command] of [[[], createProgram()] as [string[], Program], ...commands(createProgram())]
  ) {
    let help = "";
    command.configureOutput({ writeOut: (text) => help += text, getOutHelpWidth: () => 80 });
    command.outputHelp();
    assert.match(help, /\nExamples:\n/, path.join(" "));
    for (const line of help.replace(/\nExamples:[^]*/, "").split("\n")) {
      assert.ok(line.length <= 80, `${path.join(" ")}: ${line}`);
    }
  }
});

Deno.test("a misspelt command or option is refused with what was meant, and nothing is done", async () => {
  assert.deepEqual(await call(["instal"]), {
    code: EXIT.usage,
    out: "",
    err: "error: unknown command 'instal'\n(Did you mean install?)\n(--help lists the options.)\n",
  });
  for (const [path] of commands(createProgram())) {
    const { code, out, err } = await call([...path, "--hlep"]);
    assert.deepEqual([code, out], [EXIT.usage, ""], path.join(" "));
    assert.match(err, /^error: unknown option '--hlep'\n\(Did you mean --help\?\)\n/);
  }
  assert.equal((await call(["credentials", "sett"])).code, EXIT.usage);
  assert.equal((await call([])).code, EXIT.usage);
});

Deno.test("a number out of range is refused with the range", async () => {
  const status = ["status", "11111111-1111-4111-8111-111111111111"];
  assert.match(
    (await call([...status, "--hours", "8785"])).err,
    /It is more than 8784, which are 366 days\./,
  );
  assert.match((await call([...status, "--runs", "1000000"])).err, /from 1 to 999999\./);
});

Deno.test("no option takes a secret", () => {
  for (const [path, command] of commands(createProgram())) {
    for (const { long } of command.options) {
      assert.doesNotMatch(long ?? "", /secret|password|token|(?<!idempotency-)key/, path.join(" "));
    }
  }
});

Deno.test("every exit code is documented", async () => {
  const { out } = await call(["--help"]);
  for (const code of Object.values(EXIT)) assert.match(out, new RegExp(`^ {2}${code} +\\S`, "m"));
});
