/**
 * `deno task cli:docs`: writes what `--help` says into docs/reference/cli.md.
 *
 * @module
 */
import { join } from "node:path";
import { createProgram } from "../cli/program.ts";
import { readSwitches, runTask } from "../local/command_line.ts";
import { root } from "./run_deno.ts";

const USAGE = `Usage: deno task cli:docs

Writes what the help of each command says into docs/reference/cli.md, behind the line that says so.`;

const PAGE = join(root, "docs", "reference", "cli.md");
/** What is behind this line is written by this tool. */
const BEGIN = "<!-- From here on written by `deno task cli:docs`. -->\n";

/**
 * The page as it should be: what people wrote, and the help of each command.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { withReference } from "./cli_reference.ts";
 *
 * const page = "# Page\n\n<!-- From here on written by `deno task cli:docs`. -->\nold\n";
 * assert.match(withReference(page), /^# Page\n[^]*\n## install\n[^]*\nUsage: sync-scheduler install /);
 * ```
 */
export function withReference(page: string): string {
  const at = page.indexOf(BEGIN);
  if (at === -1) throw new Error(`docs/reference/cli.md has no line ${BEGIN.trim()}`);
  return page.slice(0, at) + BEGIN + sections().join("");
}

/** The page as it is. */
export function readPage(): Promise<string> {
  return Deno.readTextFile(PAGE);
}

function sections(): string[] {
  let written = "";
  const program = createProgram({
    writeOut: (text) => written += text,
    getOutHelpWidth: () => 100,
    getOutHasColors: () => false,
  });
  type Walked = typeof program;
  const walk = (command: Walked, path: string): string[] => {
    written = "";
    command.outputHelp();
    const own = `\n## ${path === "" ? "sync-scheduler" : path}\n\n\`\`\`text\n${written.trimEnd()}\n\`\`\`\n`;
    const below = (command.commands as Walked[]).flatMap((each) =>
      walk(each, `${path} ${each.name()}`.trim())
    );
    return [own, ...below];
  };
  return walk(program, "");
}

if (import.meta.main) {
  readSwitches(USAGE);
  await runTask(async () => await Deno.writeTextFile(PAGE, withReference(await readPage())));
}
