import { join } from "node:path";
import { HEADER } from "../../cli/bundle/checkout.ts";
import { entryNames } from "../../cli/bundle/entry_names.ts";
import type { Migrations } from "./directory.ts";
import type { Release } from "../../cli/bundle/releases.ts";
import { MEMBERSHIP, type SchemaFile, sectionOf, sha256 } from "../../cli/bundle/schema_files.ts";
import { objectsOf, type SchemaObject } from "./objects.ts";

/** What becomes the next migration: hand-written statements that go before the changed objects. */
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
 * Composes the open change: its head, then every object that is new or that can simply be run again, wherever its file
 * is. For any other object that has changed or gone (tables, triggers, types, policies, lone grants) the head says what
 * to do, under a line `-- for OBJECT`. An object without one is an error. The comparison of catalogs proves the head.
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
 *   [{ path: "30_functions/f.sql", folder: "functions", sql }],
 *   { release: "0.1.0", migrations: {}, objects: {} },
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
  const objects = objectsOf(files);
  const changed = objects.filter(({ name, sql }) => released.objects[name] !== sha256(sql));
  const present = new Set(objects.map(({ name }) => name));
  const gone = Object.keys(released.objects).filter((name) => !present.has(name));
  if (change === null) {
    if (changed.length + gone.length === 0) return new Map();
    const touched = [...changed.map(({ name, path }) => `${path}: ${name}`), ...gone];
    throw new Error(
      `supabase/schemas has changed since release ${released.release}:\n  ${touched.join("\n  ")}\n` +
        "Run `deno task migration:new NAME`.",
    );
  }
  const isNew = ({ name }: SchemaObject) => released.objects[name] === undefined;
  const replayed = changed.filter((object) => object.canRunAgain || isNew(object));
  const byHand = [...changed.filter((object) => !replayed.includes(object)).map(({ name }) => name), ...gone];
  const heads = `${change.head}\n${change.membershipHead}`.split("\n");
  const unsaid = byHand.filter((name) => !heads.includes(`-- for ${name}`));
  if (unsaid.length > 0) {
    throw new Error(
      `These cannot simply be run again:\n  ${unsaid.join("\n  ")}\n` +
        `Write into supabase/changes/${change.name}.sql what it takes, each under a line \`-- for OBJECT\`.`,
    );
  }
  const [version, ...words] = change.name.split("_");
  const compose = (head: string, members: SchemaObject[]) =>
    `${HEADER}\n-- supabase/changes/${change.name}.sql\n${head}` +
    [...Map.groupBy(members, ({ path }) => path)].map(([path, parts]) =>
      sectionOf({ path, sql: parts.map((part) => part.sql + (isNew(part) ? revokeOf(part) : "")).join("") })
    ).join("");
  const [membership, core] = [true, false].map((wanted) =>
    replayed.filter((object) => (object.folder === MEMBERSHIP) === wanted)
  );
  // The last part has the changed objects and with them the version: a partial upgrade keeps the old one.
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

/** The baseline revokes all private functions at once, in grants.sql. A new one is revoked by itself. */
function revokeOf({ name }: SchemaObject): string {
  return name.startsWith("function sync_scheduler.")
    ? `revoke all on ${name} from public, anon, authenticated, service_role;\n`
    : "";
}
