import { MEMBERSHIP, readSchemaFiles, type SchemaFile, sectionOf } from "../bundle/schema_files.ts";

/** A function of the bundle as its file states it. */
export interface SchemaFunction {
  /** Qualified, without arguments. */
  readonly name: string;
  readonly body: string;
  /** Its definition, with its grants and its comment, under the name of its file. */
  readonly definition: string;
}

/** What `supabase/schemas` says a database must have. */
export interface Schemas {
  /** Tables that are not there where a host has organisations of its own. */
  readonly membershipTables: readonly string[];
  /** Every `grant` and `revoke`, one object each, in order. */
  readonly grants: readonly string[];
  readonly functions: readonly SchemaFunction[];
  /** `create extension ...`, by the extension's name. */
  readonly extensions: ReadonlyMap<string, string>;
  /** `alter table ... enable row level security`, by the table's name. */
  readonly rowSecurity: ReadonlyMap<string, string>;
  /** `create policy ...`, by `table: policy`. */
  readonly policies: ReadonlyMap<string, string>;
  /** The statements that schedule the jobs. */
  readonly jobs: string;
  /** The statement that adds tables to Realtime's publication. */
  readonly publication: string;
}

/**
 * Reads the schema files. They are the only list of what is expected: the doctor has none of its own that could fall
 * behind. The files' style is relied on: statements begin in the first column, bodies are between `$$`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { fileURLToPath } from "node:url";
 * import { readSchemas } from "./schemas.ts";
 *
 * const schemas = await readSchemas(fileURLToPath(new URL("../../supabase/schemas", import.meta.url)));
 * assert.deepEqual([...schemas.extensions.keys()], ["pg_net", "pg_cron", "supabase_vault"]);
 * ```
 */
export async function readSchemas(directory: string): Promise<Schemas> {
  const read = await readSchemaFiles(directory);
  const files = read.map((file) => ({ ...file, text: sectionOf(file) }));
  const all = files.map(({ text }) => text).join("\n");
  const membership = files.filter(({ folder }) => folder === MEMBERSHIP).map(({ text }) => text).join("\n");
  const matches = (pattern: RegExp) => Array.from(all.matchAll(pattern), ([statement]) => statement).join("");
  const grants = [...all.matchAll(/^(?:grant|revoke) [^;]*;/gm)].flatMap(([statement]) =>
    splitGrant(statement)
  );
  return {
    membershipTables: [...membership.matchAll(/^create table (\S+)/gm)].map(([, table = ""]) => table),
    grants,
    functions: read.flatMap((file) => readFunctions(file, grants)),
    extensions: byName(all, /^create extension if not exists (\w+)[^;]*;/gm),
    rowSecurity: byName(all, /^alter table (\S+) enable row level security;/gm),
    policies: byName(
      all,
      /^create policy "([^"]+)" on (\S+)[^;]*;/gm,
      ([, policy, table]) => `${table}: ${policy}`,
    ),
    jobs: matches(/^select cron\.schedule\([^;]*;\n/gm),
    publication: matches(/^do \$\$\n(?:(?!\$\$;)[^])*?\bsupabase_realtime\b[^]*?^\$\$;\n/gm),
  };
}

/**
 * What is left where a host has organisations of its own: its tables are its own affair, the functions are not.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { fileURLToPath } from "node:url";
 * import { readSchemas, withoutMembership } from "./schemas.ts";
 *
 * const schemas = await readSchemas(fileURLToPath(new URL("../../supabase/schemas", import.meta.url)));
 * assert.equal(schemas.rowSecurity.has("public.organizations"), true);
 * assert.equal(withoutMembership(schemas).rowSecurity.has("public.organizations"), false);
 * ```
 */
export function withoutMembership(schemas: Schemas): Schemas {
  const ours = (text: string) =>
    !schemas.membershipTables.some((table) => text.split(/[\s:]/).includes(table));
  const filter = (map: ReadonlyMap<string, string>) => new Map([...map].filter(([name]) => ours(name)));
  return {
    ...schemas,
    grants: schemas.grants.filter(ours),
    rowSecurity: filter(schemas.rowSecurity),
    policies: filter(schemas.policies),
  };
}

/**
 * A `grant` or `revoke` of several objects as one of each, so that one that is missing takes no other along.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { splitGrant } from "./schemas.ts";
 *
 * assert.deepEqual(splitGrant("revoke all on sequence\n  public.a, public.b\nfrom anon;"), [
 *   "revoke all on sequence public.a from anon;",
 *   "revoke all on sequence public.b from anon;",
 * ]);
 * ```
 */
export function splitGrant(statement: string): string[] {
  const line = statement.replace(/\s+/g, " ");
  const [, what, kind = "", objects, whom] =
    /^((?:grant|revoke) .+? on )(function |sequence |schema |all \w+ in schema )?(.+?)( (?:to|from) .+;)$/
      .exec(line) ?? [];
  if (objects === undefined) return [line];
  // The commas between a function's arguments separate no objects.
  return objects.split(/\s*,\s*(?![^(]*\))/).map((object) => `${what}${kind}${object}${whom}`);
}

function readFunctions({ path, sql }: SchemaFile, grants: readonly string[]): SchemaFunction[] {
  return [...sql.matchAll(FUNCTION)].map(([definition, name = "", body = ""]) => {
    // The bundle revokes its private functions all at once. No two have the same name.
    const revoked = name.startsWith("sync_scheduler.") && !definition.includes("\nrevoke ")
      ? [`revoke all on function ${name} from public, anon, authenticated, service_role;`]
      : [];
    const granted = grants.filter((statement) =>
      statement.startsWith(`grant execute on function ${name}(`) && !definition.includes(statement)
    );
    const rights = [...revoked, ...granted].map((statement) => `${statement}\n`).join("");
    return { name, body, definition: sectionOf({ path, sql: definition + rights }) };
  });
}

/** With the comment in front of it, and the revoke and the `comment on` behind it. */
const FUNCTION = new RegExp(
  /(?:^--.*\n)*^create or replace function ([\w.]+)\s*\([^]*?\bas \$\$([^]*?)\$\$;\n/.source +
    /(?:(?:revoke|grant|comment on function) (?:'[^']*'|[^';])*;\n)*/.source,
  "gm",
);

function byName(
  sql: string,
  pattern: RegExp,
  name: (match: RegExpExecArray) => string = (match) => match[1] ?? "",
): Map<string, string> {
  return new Map([...sql.matchAll(pattern)].map((match) => [name(match), match[0]]));
}
