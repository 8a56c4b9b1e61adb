import type { Bundle, BundleMigration } from "../bundle/bundle.ts";
import type { Host, HostMigration } from "./host.ts";
import { InstallError } from "./install_error.ts";
import { readSquashed } from "./squashed.ts";

/** The id of the migration that stands for organisations and members in a host that has its own. */
export const ADAPTER = "membership-adapter";
/** The id of the migration that brings kept data back. */
export const RESTORE = "restore";
/** The ids of the migrations that take the bundle out. */
export const UNINSTALL = { keep: "uninstall-keep", drop: "uninstall-drop" } as const;

/** A migration of the bundle in a host. */
export interface Installed extends HostMigration {
  readonly marker: NonNullable<HostMigration["marker"]>;
}

/** What the migrations of a host say about the bundle in it. */
export interface History {
  /** What was brought since the bundle was last taken out, by id. */
  readonly installed: ReadonlyMap<string, Installed>;
  /** Whether the last uninstall kept the data. */
  readonly hasKeptData: boolean;
  /** The host's own adapter, also of before an uninstall. */
  readonly adapter: Installed | null;
}

/**
 * Reads what the host's migrations say. An id that was brought twice counts once, at its first place.
 *
 * @example
 * ```ts ignore
 * const { installed } = readHistory(await readHost("."), bundle);
 * console.log([...installed.keys()]);
 * ```
 */
export function readHistory(host: Host, bundle: Bundle): History {
  let installed = new Map<string, Installed>();
  let hasKeptData = false;
  let adapter: Installed | null = null;
  for (const migration of host.migrations) {
    const { marker } = migration;
    if (marker === null) {
      for (const each of squashed(migration, bundle)) installed.set(each.marker.id, each);
      continue;
    }
    if (marker.id === UNINSTALL.keep || marker.id === UNINSTALL.drop) {
      hasKeptData = marker.id === UNINSTALL.keep;
      installed = new Map();
      continue;
    }
    if (marker.id === ADAPTER) adapter = { ...migration, marker };
    if (!installed.has(marker.id)) installed.set(marker.id, { ...migration, marker });
  }
  return { installed, hasKeptData, adapter };
}

/** What a host's own migration has of the bundle: as it was brought, as far as the file shows. */
function squashed(migration: HostMigration, bundle: Bundle): Installed[] {
  const contained = readSquashed(migration, bundle);
  if (contained === null) return [];
  return bundle.migrations.filter(({ id }) => contained.ids.includes(id)).map(
    ({ id, release, sql, isMembership }) => {
      const isAdapter = isMembership && contained.withoutMembership;
      return { ...migration, marker: { release, id: isAdapter ? ADAPTER : id, edited: false, text: sql } };
    },
  );
}

/**
 * Whether the host has organisations of its own: as it was installed, or as this first install says.
 *
 * @example
 * ```ts ignore
 * const own = hasOwnMembership(readHistory(host, bundle), bundle, true);
 * ```
 */
export function hasOwnMembership(history: History, bundle: Bundle, asked: boolean): boolean {
  const theirs = history.installed.has(ADAPTER);
  const ours = bundle.migrations.some(({ id, isMembership }) => isMembership && history.installed.has(id));
  if (asked && ours) {
    throw new InstallError(
      "The bundle was installed with its own organisations; --without-membership is for the first install.",
    );
  }
  return theirs || (asked && !ours);
}

/**
 * The migrations that are missing, in order. Refuses a history with a hole: what is missing there would be applied
 * behind what needs it.
 *
 * @example
 * ```ts ignore
 * const missing = missingMigrations(history, bundle.migrations);
 * ```
 */
export function missingMigrations(
  history: History,
  wanted: readonly BundleMigration[],
): readonly BundleMigration[] {
  const missing = wanted.filter(({ id }) => !history.installed.has(id));
  const first = wanted.findIndex(({ id }) => !history.installed.has(id));
  const behind = first === -1 ? undefined : wanted.slice(first).find(({ id }) => history.installed.has(id));
  if (behind !== undefined) {
    const file = history.installed.get(behind.id)?.file ?? behind.name;
    throw new InstallError(
      `A migration of the bundle is gone, while ${file}, which comes after it, is there: ` +
        `${missing[0]?.name}. Get it back from your version control.`,
    );
  }
  return missing;
}

/**
 * Versions for new migrations that sort behind everything that is there, the present time if it does.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { nextVersions } from "./history.ts";
 *
 * const now = new Date("2026-12-01T10:15:30Z");
 * assert.deepEqual(nextVersions(["20250101000000_mine.sql"], 2, now), ["20261201101530", "20261201101531"]);
 * assert.deepEqual(nextVersions(["20991231235959_mine.sql"], 1, now), ["21000101000000"]);
 * ```
 */
export function nextVersions(files: readonly string[], count: number, now: Date): string[] {
  const newest = files.map((file) => /^\d+/.exec(file)?.[0] ?? "").sort().at(-1) ?? "";
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(newest)?.slice(1).map(Number);
  const [y = 0, mo = 1, d = 1, h = 0, mi = 0, s = 0] = parts ?? [];
  const after = parts === undefined ? Number.NaN : Date.UTC(y, mo - 1, d, h, mi, s + 1);
  const start = Math.max(now.getTime(), Number.isNaN(after) ? 0 : after);
  const versions = Array.from(
    { length: count },
    (_, n) => new Date(start + n * 1000).toISOString().replace(/\D/g, "").slice(0, 14),
  );
  // The CLI sorts names as text: nothing sorts behind a version that begins with 9 and is no time.
  if (versions[0] !== undefined && versions[0] <= newest) {
    throw new InstallError(
      `No timestamp sorts behind the migration ${newest}: rename it (and \`supabase migration repair\`).`,
    );
  }
  return versions;
}
