import type { Bundle } from "../bundle/bundle.ts";
import { ADAPTER, type History, missingMigrations, nextVersions, RESTORE } from "./history.ts";
import type { Host } from "./host.ts";
import { isEdited } from "./edited.ts";
import { mark } from "./marker.ts";
import type { FileChange, InstallOptions } from "./plan_types.ts";
import { InstallError } from "./install_error.ts";

/**
 * Refuses a host whose own migrations make organisations. Only a hint that comes early: a table that no migration makes is
 * found by the database.
 *
 * @example
 * ```ts ignore
 * refuseOtherOrganizations(bundle, host, readHistory(host, bundle));
 * ```
 */
export function refuseOtherOrganizations(bundle: Bundle, host: Host, history: History): void {
  if (bundle.migrations.some(({ id, isMembership }) => isMembership && history.installed.has(id))) return;
  const table =
    /^\s*create\s+table\s+(?:if\s+not\s+exists\s+)?(?:"?public"?\.)?"?(?:organizations|organization_members)"?[\s(]/im;
  const theirs = host.migrations.find(({ marker, contents }) => marker === null && table.test(contents));
  if (theirs === undefined) return;
  throw new InstallError(
    `supabase/migrations/${theirs.file} makes organisations of your own: install with --without-membership.`,
  );
}

/**
 * The migrations that are missing, under versions that sort behind the host's newest; with `overwrite`, also those that were
 * edited.
 *
 * @example
 * ```ts ignore
 * const changes = planMigrations(bundle, host, history, false, options);
 * ```
 */
export function planMigrations(
  bundle: Bundle,
  host: Host,
  history: History,
  ownMembership: boolean,
  { now, adapter, restore, edited }: InstallOptions,
): FileChange[] {
  const baseline = bundle.migrations.find(({ isMembership }) => isMembership)?.id;
  const wanted = bundle.migrations
    .filter(({ id, isMembership }) => !ownMembership || !isMembership || id === baseline)
    .map((migration) =>
      ownMembership && migration.id === baseline
        ? { ...migration, id: ADAPTER, name: "sync_scheduler_membership_adapter" }
        : migration
    );
  const missing = missingMigrations(history, wanted);
  const added = missing.map(({ id, name, release, sql }) => ({
    name,
    contents: id === ADAPTER
      ? mark("a.sql", history.adapter?.marker.text ?? adapter, { release, id, isYours: true })
      : mark("a.sql", sql, { release, id }),
  }));
  if (history.hasKeptData && !history.installed.has(RESTORE)) {
    const contents = mark("a.sql", restore, { release: bundle.release, id: RESTORE });
    added.push({ name: "sync_scheduler_restore", contents });
  }
  const versions = nextVersions(host.migrations.map(({ file }) => file), added.length, now);
  const changes: FileChange[] = added.map(({ name, contents }, n) => ({
    path: `migrations/${versions[n]}_${name}.sql`,
    before: null,
    after: contents,
  }));
  if (edited !== "overwrite") return changes;
  for (const { id, sql, release } of bundle.migrations) {
    const present = history.installed.get(id);
    if (present === undefined || !isEdited(bundle, present.file, present.marker)) continue;
    changes.push({
      path: `migrations/${present.file}`,
      before: "",
      after: mark("a.sql", sql, { release, id }),
    });
  }
  return changes;
}

/**
 * Migrations that are not as they were brought, as paths. Refuses those that this checkout does not know, or knows otherwise.
 *
 * @example
 * ```ts ignore
 * const edited = editedMigrations(bundle, history);
 * ```
 */
export function editedMigrations(bundle: Bundle, history: History): string[] {
  const edited: string[] = [];
  const known = new Map(bundle.migrations.map((migration) => [migration.id, migration]));
  for (const { file, marker } of history.installed.values()) {
    const ours = known.get(marker.id);
    if (ours === undefined && marker.id !== ADAPTER && marker.id !== RESTORE) {
      throw new InstallError(
        `${file} is of ${marker.release}, which this checkout (${bundle.release}) does not know: it is older, or ` +
          "that install was of no release. Use a checkout of a later release.",
      );
    }
    if (isEdited(bundle, file, marker)) edited.push(`supabase/migrations/${file}`);
    else if (ours !== undefined && !marker.edited && ours.sql !== marker.text) {
      throw new InstallError(
        `${file} was brought by a checkout that was no release, and its SQL is another by now: such a project cannot ` +
          "be upgraded. Uninstall with that checkout, then install a release.",
      );
    }
  }
  return edited;
}
