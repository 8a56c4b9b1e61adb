/**
 * `deno task api:docs`: writes the `comment on` of each public function into docs/reference/api.md.
 *
 * @module
 */
import { join } from "node:path";
import { readSchemaFiles } from "../cli/bundle/schema_files.ts";
import { readSwitches, runTask } from "../local/command_line.ts";
import { sqlComments } from "./prose/sql_comments.ts";
import { root } from "./run_deno.ts";

const USAGE = `Usage: deno task api:docs

Writes what supabase/schemas says about each public function into docs/reference/api.md: between its heading and
the line "<!-- End of the comment. -->". The rest of the page is written by hand.`;

const PAGE = join(root, "docs", "reference", "api.md");
const END = "<!-- End of the comment. -->\n";
/** The Edge Function's own are in docs/design/worker-protocol.md. */
const FUNCTION =
  /^create or replace function public\.((?!sync_worker_)\w+)\(([^)]*)\)\s+returns (table \([^)]*\)|\S+)/gm;

/** A public function as its schema file has it. */
export interface PublicFunction {
  readonly name: string;
  /** `name(argument type = default, ...) → result`. */
  readonly signature: string;
  /** Its `comment on`: Markdown. */
  readonly comment: string;
}

/**
 * The public functions of a schema file that have a comment.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { publicFunctions } from "./api_reference.ts";
 *
 * const sql = 'create or replace function public.f("from" uuid, n integer default 5)\nreturns table (a text, b text)\n' +
 *   "language sql as '';\ncomment on function public.f(uuid, integer) is\n$$F.$$;\n";
 * assert.deepEqual(publicFunctions(sql), [
 *   { name: "f", signature: "f(from uuid, n integer = 5) → (a, b)", comment: "F." },
 * ]);
 * ```
 */
export function publicFunctions(sql: string): PublicFunction[] {
  return Array.from(sql.matchAll(FUNCTION), ([, name = "", parameters = "", result = ""]) => {
    const line = sql.split("\n").findIndex((text) => text.startsWith(`comment on function public.${name}(`));
    const comment = line < 0 ? undefined : sqlComments(sql).find((each) => each.line > line + 1);
    if (comment === undefined) throw new Error(`public.${name} has no comment`);
    const given = parameters.replaceAll(/\s+/g, " ").replaceAll(" default ", " = ").replaceAll('"', "")
      .trim();
    return { name, signature: `${name}(${given}) → ${resultOf(result)}`, comment: comment.text };
  });
}

/**
 * The page with the functions' comments as they are now. Throws where page and functions do not fit.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { withComments } from "./api_reference.ts";
 *
 * const page = "# API\n\n## get_it\n\nold\n\n<!-- End of the comment. -->\n\nMine.\n";
 * const comment = "Gets it.\n\nErrors: PT401 not_authenticated.";
 * const got = withComments(page, [{ name: "get_it", signature: "get_it() → text", comment }]);
 * assert.match(got, /\n\n`get_it\(\) → text`\n\nGets it\.\n\nErrors: `not_authenticated`\.\n\n<!--[^]*\n\nMine\.\n$/);
 * ```
 */
export function withComments(page: string, functions: readonly PublicFunction[]): string {
  const names = functions.map(({ name }) => name);
  return functions.reduce((text, { name, signature, comment }) => {
    const heading = `\n## ${name}\n\n`;
    const begin = text.indexOf(heading) + heading.length;
    const end = text.indexOf(END, begin);
    if (begin < heading.length || end < 0 || text.slice(begin, end).includes("\n## ")) {
      throw new Error(`docs/reference/api.md has no "## ${name}" with "${END.trim()}" below it`);
    }
    return `${text.slice(0, begin)}\`${signature}\`\n\n${linked(comment, name, names)}\n\n${text.slice(end)}`;
  }, page);
}

/** What the page should be. */
export async function freshPage(): Promise<string> {
  const files = await readSchemaFiles(join(root, "supabase", "schemas"));
  return await formatted(withComments(await readPage(), files.flatMap(({ sql }) => publicFunctions(sql))));
}

/** The page as it is. */
export function readPage(): Promise<string> {
  return Deno.readTextFile(PAGE);
}

/** Columns by name; a type of the bundle without its schema. */
function resultOf(result: string): string {
  const columns = /^table \(([^]*)\)$/.exec(result)?.[1];
  if (columns === undefined) return result.replace("public.", "");
  const names = columns.split(",").map((column) => column.trim().split(/\s/)[0]?.replaceAll('"', ""));
  return names.length > 8 ? "(the columns below)" : `(${names.join(", ")})`;
}

/** Names of other functions become links, and errors lose the code that the page's last table has. */
function linked(comment: string, own: string, names: readonly string[]): string {
  return comment.replaceAll(/\bPT\d{3}\s+(\w+)/g, "`$1`").replaceAll(
    /`(\w+)`/g,
    (text, name) => name !== own && names.includes(name) ? `[${name}](#${name})` : text,
  );
}

/** As `deno fmt` breaks the lines. */
async function formatted(markdown: string): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--quiet", "--ext=md", "-"],
    cwd: root,
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  const written = writer.write(new TextEncoder().encode(markdown)).then(() => writer.close());
  const { success, stdout } = await child.output();
  await written;
  if (!success) throw new Error("deno fmt failed");
  return new TextDecoder().decode(stdout);
}

if (import.meta.main) {
  readSwitches(USAGE);
  await runTask(async () => await Deno.writeTextFile(PAGE, await freshPage()));
}
