import { join } from "node:path";
import { HEADER } from "../../cli/bundle/checkout.ts";
import { entryNames } from "../../cli/bundle/entry_names.ts";
import type { Migrations } from "./directory.ts";
import type { Release } from "../../cli/bundle/releases.ts";
import { MEMBERSHIP, type SchemaFile, sectionOf, sha256 } from "../../cli/bundle/schema_files.ts";

/** What becomes the next migration: hand-written statements that go before the changed schema files. */
export interface Change {
  /** `VERSION_name`, as `supabase/changes/` has it. */
  readonly name: string;
  readonly head: string;
  /** The same for the migration of organisations and members; empty if there is nothing to do by hand. */
  readonly membershipHead: string;
}

/** Ends a part of the head that becomes a migration of its own, and so a transaction. */
const NEXT_MIGRATION = "-- next migration\n";

const MEMBERSHIP_ENDING = `.${MEMBERSHIP}.sql`;

/**
 * Reads the open change; null when there is none.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { readChange } from "./change.ts";
 *
 * assert.equal(await readChange("/no/such/directory"), null);
 * ```
 */
export async function readChange(directory: string): Promise<Change | null> {
  const names = (await entryNames(directory)).filter((name) => name.endsWith(".sql"));
  const heads = names.filter((name) => !name.endsWith(MEMBERSHIP_ENDING));
  const [head] = heads;
  if (head === undefined) {
    if (names.length > 0) throw new Error(`changes/${names[0]} has no change that it belongs to`);
    return null;
  }
  if (heads.length > 1) throw new Error(`changes/ holds ${heads.join(" and ")}: one is open at a time`);
  if (!/^\d{14}_[a-z][a-z0-9_]*\.sql$/.test(head)) throw new Error(`changes/${head} is not VERSION_name.sql`);
  const name = head.slice(0, -".sql".length);
  const read = (file: string) => Deno.readTextFile(join(directory, file));
  const membershipHead = names.includes(name + MEMBERSHIP_ENDING) ? await read(name + MEMBERSHIP_ENDING) : "";
  return { name, head: await read(head), membershipHead };
}

/**
 * Composes the open change: its head, then every schema file that is new or that can simply be run again. For any
 * other file that has changed or gone (tables, types, policies, table grants) the head says what to do, under a line
 * `-- for FOLDER/FILE.sql`; a file without one is an error. What the head says is proved by comparing catalogs.
 *
 * A line `-- next migration` ends a migration: a value that is added to an enum can only be used once it is committed.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { composeChange } from "./change.ts";
 *
 * const sql = "create or replace function f() returns int language sql as $$ select 1 $$;\n";
 * const change = { name: "20261201000000_add_f", head: "-- Nothing by hand.\n", membershipHead: "" };
 * const migrations = composeChange(
 *   [{ path: "30_engine/f.sql", folder: "engine", sql }],
 *   { release: "0.1.0", migrations: {}, schemas: {} },
 *   change,
 * );
 * assert.deepEqual([...migrations.keys()], ["20261201000000_add_f.sql"]);
 * ```
 */
export function composeChange(
  files: readonly SchemaFile[],
  released: Release,
  change: Change | null,
): Migrations {
  const changed = files.filter((file) => released.schemas[file.path] !== sha256(file.sql));
  const present = new Set(files.map((file) => file.path));
  const gone = Object.keys(released.schemas).filter((path) => !present.has(path));
  const touched = [...changed.map((file) => file.path), ...gone];
  if (change === null) {
    if (touched.length === 0) return new Map();
    throw new Error(
      `supabase/schemas has changed since release ${released.release}:\n  ${touched.join("\n  ")}\n` +
        "Run `deno task migration:new NAME`.",
    );
  }
  const isNew = (file: SchemaFile) => released.schemas[file.path] === undefined;
  const replayed = changed.filter((file) => isNew(file) || canRunAgain(file.sql));
  const byHand = touched.filter((path) => !replayed.some((file) => file.path === path));
  const heads = `${change.head}\n${change.membershipHead}`.split("\n");
  const unsaid = byHand.filter((path) => !heads.includes(`-- for ${path}`));
  if (unsaid.length > 0) {
    throw new Error(
      `These cannot simply be run again:\n  ${unsaid.join("\n  ")}\n` +
        `Write into supabase/changes/${change.name}.sql what it takes, each under a line \`-- for FOLDER/FILE.sql\`.`,
    );
  }
  const [version, ...words] = change.name.split("_");
  const compose = (head: string, members: SchemaFile[]) =>
    `${HEADER}\n-- supabase/changes/${change.name}.sql\n${head}` + members.map(sectionOf).join("");
  const [membership, core] = [true, false].map((wanted) =>
    replayed.filter((file) => (file.folder === MEMBERSHIP) === wanted)
  );
  // The last part has the schema files and with them the version: nobody may take an upgrade for complete that is not.
  const parts = change.head.split(NEXT_MIGRATION);
  const last = parts.pop() ?? "";
  const nameBefore = (places: number, ending: string | number) =>
    `${BigInt(version ?? 0) - BigInt(places)}_${words.join("_")}_${ending}.sql`;
  const migrations = new Map<string, string>();
  if ((membership ?? []).length > 0 || change.membershipHead !== "") {
    const name = nameBefore(parts.length + 1, MEMBERSHIP);
    migrations.set(name, compose(change.membershipHead, membership ?? []));
  }
  for (const [n, part] of parts.entries()) {
    migrations.set(nameBefore(parts.length - n, n + 1), compose(part, []));
  }
  migrations.set(`${change.name}.sql`, compose(last, core ?? []));
  return migrations;
}

/**
 * Whether a schema file may be run over what an earlier version of it made: it replaces functions and views, and does
 * nothing that fails, or undoes what a host has set, the second time.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { canRunAgain } from "./change.ts";
 *
 * assert.equal(canRunAgain("create or replace view v as select 1;"), true);
 * assert.equal(canRunAgain("create table t (id int);"), false);
 * ```
 */
export function canRunAgain(sql: string): boolean {
  // Neither comments nor the bodies of functions are statements of the file.
  const statements = sql.replace(/--.*$/gm, "").replace(/\$(\w*)\$[^]*?\$\1\$/g, "''").replace(
    /'[^']*'/g,
    "''",
  )
    .split(";").map((text) => text.trim().toLowerCase()).filter((text) => text !== "");
  const allowed = /^(create or replace (function|view)|(revoke|grant) |comment on )/;
  return statements.some((text) => text.startsWith("create or replace ")) &&
    statements.every((text) => allowed.test(text));
}
