import { join } from "node:path";
import { readBundle } from "../../cli/bundle/bundle.ts";
import type { Checkout } from "../../cli/bundle/checkout.ts";
import { entryNames } from "../../cli/bundle/entry_names.ts";
import { compareVersions, readReleases, type Release } from "../../cli/bundle/releases.ts";
import { checksumOf, readSchemaFiles, sha256 } from "../../cli/bundle/schema_files.ts";
import { normalForms } from "../../cli/install/edited.ts";
import { composeMigrations } from "./compose.ts";
import { writeMigrations } from "./directory.ts";
import { objectsOf } from "./objects.ts";

const VERSION_FILE = "90_install/version.sql";
const UNRELEASED = "unreleased";
// Version and checksum, of a release or of what comes after it.
const VERSION = /'\d+\.\d+\.\d+(-dev)?'::text, '\w+'::text/;

/**
 * Makes what the schemas say a release: sets its version, composes, and writes down the checksums. Its migrations
 * never change again.
 *
 * @param release `major.minor.patch`, later than every release before it.
 * @returns What was frozen.
 * @example
 * ```ts ignore
 * const { migrations } = await freeze(checkoutAt(root), "0.1.0");
 * console.log(Object.keys(migrations)); // ["20261123000000_setup.sql", ...]
 * ```
 */
export async function freeze(checkout: Checkout, release: string): Promise<Release> {
  if (!/^\d+\.\d+\.\d+$/.test(release)) throw new Error(`${release} is not major.minor.patch`);
  const earlier = await readReleases(checkout.releases);
  const newest = earlier.at(-1);
  if (newest !== undefined && compareVersions(release, newest.release) <= 0) {
    throw new Error(`${release} does not come after ${newest.release}, which is released`);
  }
  const before = await composeMigrations(checkout);
  const released = new Set(earlier.flatMap((each) => Object.keys(each.migrations)));
  if ([...before.keys()].every((name) => released.has(name))) throw new Error("there is nothing to release");

  const schemas = join(checkout.supabase, "schemas");
  await setVersion(checkout, release, UNRELEASED);
  await setVersion(checkout, release, checksumOf(await readSchemaFiles(schemas)));
  const composed = await composeMigrations(checkout);
  await writeMigrations(composed, join(checkout.supabase, "migrations"));
  const files = await readSchemaFiles(schemas);
  const frozen: Release = {
    release,
    migrations: Object.fromEntries(
      [...composed].filter(([name]) => !released.has(name)).map(([name, sql]) => [name, sha256(sql)]),
    ),
    objects: Object.fromEntries(objectsOf(files).map(({ name, sql }) => [name, sha256(sql)])),
    files: normalForms(await readBundle(checkout)),
  };
  await Deno.mkdir(checkout.releases, { recursive: true });
  await Deno.writeTextFile(
    join(checkout.releases, `${release}.json`),
    `${JSON.stringify(frozen, null, 2)}\n`,
  );
  // The migration has from now on what the change says by hand.
  const changes = join(checkout.supabase, "changes");
  for (const name of await entryNames(changes)) await Deno.remove(join(changes, name));
  return frozen;
}

/**
 * Opens the next change: the file for what has to be done by hand. Its version is the present minute's, or later than
 * everything released.
 *
 * @returns The path of the file.
 * @example
 * ```ts ignore
 * const path = await openChange(checkoutAt(root), "add_budgets", new Date());
 * console.log(path); // "supabase/changes/20261201101500_add_budgets.sql"
 * ```
 */
export async function openChange(checkout: Checkout, name: string, now: Date): Promise<string> {
  if (!/^[a-z][a-z0-9_]*$/.test(name)) throw new Error(`${name}: a name is of a-z, 0-9 and _`);
  const newest = (await readReleases(checkout.releases)).at(-1);
  if (newest === undefined) {
    throw new Error("before the first release the baseline is composed: edit schemas/");
  }
  const directory = join(checkout.supabase, "changes");
  const open = (await entryNames(directory))[0];
  if (open !== undefined) throw new Error(`changes/${open} is open: one change at a time`);

  const last = (await entryNames(join(checkout.supabase, "migrations"))).at(-1)?.slice(0, 14) ?? "0";
  const stamp = now.toISOString().replace(/\D/g, "").slice(0, 12) + "30";
  // Ten apart, for the migration of organisations and members and earlier parts of the change come right before.
  const version = BigInt(stamp) >= BigInt(last) + 10n ? stamp : String(BigInt(last) + 10n);
  const path = join(directory, `${version}_${name}.sql`);
  await Deno.mkdir(directory, { recursive: true });
  await Deno.writeTextFile(path, CHANGE);
  const [major, minor, patch] = newest.release.split(".").map(Number);
  await setVersion(checkout, `${major}.${minor}.${(patch ?? 0) + 1}-dev`, UNRELEASED);
  return path;
}

const CHANGE = `-- What cannot be done by running changed objects again, each under the object that it is for:
-- -- for table sync_scheduler.settings
-- alter table sync_scheduler.settings add column ...;
-- A line \`-- next migration\` ends a migration: a new value of an enum can only be used in a later one.
`;

async function setVersion(checkout: Checkout, version: string, checksum: string): Promise<void> {
  const path = join(checkout.supabase, "schemas", VERSION_FILE);
  const sql = await Deno.readTextFile(path);
  if (!VERSION.test(sql)) throw new Error(`schemas/${VERSION_FILE} names no version`);
  await Deno.writeTextFile(path, sql.replace(VERSION, `'${version}'::text, '${checksum}'::text`));
}
