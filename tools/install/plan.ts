import type { Bundle } from "./bundle.ts";
import { FUNCTION } from "./bundle.ts";
import { addBlock } from "./config_block.ts";
import {
  ADAPTER,
  hasOwnMembership,
  type History,
  missingMigrations,
  nextVersions,
  readHistory,
  RESTORE,
} from "./history.ts";
import type { Host } from "./host.ts";
import { mark } from "./marker.ts";
import { Refusal } from "./refusal.ts";

/** A file that is to be written or, with `after` null, removed. */
export interface FileChange {
  /** Below `supabase/`. */
  readonly path: string;
  /** Null when it is not there yet. */
  readonly before: string | null;
  readonly after: string | null;
}

/** What to do with shipped files that somebody has edited; refuse by default. */
export type Edited = "refuse" | "keep" | "overwrite";

/** How to install. */
export interface InstallOptions {
  readonly withoutMembership: boolean;
  readonly edited: Edited;
  readonly now: Date;
  /** The two functions that a host with its own organisations fills in. */
  readonly adapter: string;
  /** The SQL that brings kept data back. */
  readonly restore: string;
}

/** What an install does, before it does it. */
export interface Plan {
  /** In the order in which they have to be made. */
  readonly changes: readonly FileChange[];
  /** What the one who installs should know. */
  readonly notes: readonly string[];
}

/**
 * Plans an install or an upgrade, which are the same: what is missing is added, what is there and as it was brought is
 * kept or brought up to date, and what somebody has edited is refused.
 *
 * @example
 * ```ts ignore
 * const plan = planInstall(bundle, await readHost("../my-project"), options);
 * await applyChanges(host.supabase, plan.changes);
 * ```
 */
export function planInstall(bundle: Bundle, host: Host, options: InstallOptions): Plan {
  const history = readHistory(host);
  const ownMembership = hasOwnMembership(history, bundle, options.withoutMembership);
  if (!ownMembership) refuseOtherOrganizations(bundle, host, history);
  const edited: string[] = [];
  const foreign: string[] = [];

  const migrations = planMigrations(bundle, host, history, ownMembership, options);
  edited.push(...editedMigrations(bundle, history));

  const files: FileChange[] = [];
  for (const { path, text } of bundle.files) {
    const after = mark(path, text, { release: bundle.release, id: path });
    const present = host.files.get(path);
    if (present === undefined) files.push({ path, before: null, after });
    else if (present.marker === null) foreign.push(`supabase/${path}`);
    else if (present.marker.edited) {
      edited.push(`supabase/${path}`);
      if (options.edited === "overwrite") files.push({ path, before: present.contents, after });
    } else if (present.marker.text !== text || present.marker.release !== bundle.release) {
      files.push({ path, before: present.contents, after });
    }
  }
  // What an earlier release brought and this one has no longer.
  const wanted = new Set(bundle.files.map(({ path }) => path));
  for (const { path, contents, marker } of host.files.values()) {
    if (marker === null || wanted.has(path)) continue;
    if (marker.edited) edited.push(`supabase/${path}`);
    if (!marker.edited || options.edited === "overwrite") files.push({ path, before: contents, after: null });
  }

  const { config, differing } = addBlock(host.config, bundle.configBlock);
  edited.push(...differing.map((key) => `supabase/config.toml: [functions.integration-sync] ${key}`));
  refuse(foreign, edited, options.edited);
  const isConfigured = differing.length > 0 && options.edited === "keep" ? host.config : config;
  if (isConfigured !== host.config) {
    files.push({ path: "config.toml.before-sync-scheduler", before: null, after: host.config });
    files.push({ path: "config.toml", before: host.config, after: isConfigured });
  }

  const notes: string[] = [];
  if (bundle.release === "unreleased" && migrations.length > 0) {
    notes.push(
      "This checkout is no release: a later release cannot upgrade what it brings. For good, use a tag.",
    );
  }
  if (migrations.some(({ path }) => path.endsWith(`${ADAPTER.replace("-", "_")}.sql`))) {
    notes.push(
      "Say in the membership adapter's two functions where your organisations are; until then nobody gets in.",
    );
  }
  if (edited.length > 0 && options.edited === "keep") notes.push(`Kept as edited:\n  ${edited.join("\n  ")}`);
  return { changes: [...migrations, ...files], notes };
}

/** Only a hint that comes early: a table that no migration makes is found by the database. */
function refuseOtherOrganizations(bundle: Bundle, host: Host, history: History): void {
  if (bundle.migrations.some(({ id, isMembership }) => isMembership && history.installed.has(id))) return;
  const table =
    /^\s*create\s+table\s+(?:if\s+not\s+exists\s+)?(?:"?public"?\.)?"?(?:organizations|organization_members)"?[\s(]/im;
  const theirs = host.migrations.find(({ marker, contents }) => marker === null && table.test(contents));
  if (theirs === undefined) return;
  throw new Refusal(
    `supabase/migrations/${theirs.file} makes organisations of your own: install with --without-membership.`,
  );
}

function planMigrations(
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
    if (present === undefined || !present.marker.edited) continue;
    changes.push({
      path: `migrations/${present.file}`,
      before: "",
      after: mark("a.sql", sql, { release, id }),
    });
  }
  return changes;
}

/** Migrations that are not as they were brought; refuses those that no release knows. */
function editedMigrations(bundle: Bundle, history: History): string[] {
  const edited: string[] = [];
  const known = new Map(bundle.migrations.map((migration) => [migration.id, migration]));
  for (const { file, marker } of history.installed.values()) {
    const ours = known.get(marker.id);
    if (ours === undefined && marker.id !== ADAPTER && marker.id !== RESTORE) {
      throw new Refusal(
        `${file} is of ${marker.release}, which this checkout (${bundle.release}) does not know: it is older, or ` +
          "that install was of no release. Use a checkout of a later release.",
      );
    }
    if (marker.edited) edited.push(`supabase/migrations/${file}`);
    else if (ours !== undefined && ours.sql !== marker.text) {
      throw new Refusal(
        `${file} was brought by a checkout that was no release, and its SQL is another by now: such a project cannot ` +
          "be upgraded. Uninstall with that checkout, then install a release.",
      );
    }
  }
  return edited;
}

function refuse(foreign: readonly string[], edited: readonly string[], mode: Edited): void {
  if (foreign.length > 0) {
    throw new Refusal(
      `These are in the way and not of this bundle; move them:\n  ${foreign.join("\n  ")}\n` +
        `The bundle's own files stand in supabase/${FUNCTION} and supabase/functions/_shared/sync-scheduler.`,
    );
  }
  if (edited.length > 0 && mode === "refuse") {
    throw new Refusal(
      `These were edited since they were brought:\n  ${edited.join("\n  ")}\n` +
        "--keep leaves them as they are, --force puts back what the bundle brings.",
    );
  }
}
