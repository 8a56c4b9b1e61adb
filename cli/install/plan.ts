import { type Bundle, FUNCTION } from "../bundle/bundle.ts";
import { addBlock, readToml } from "./config_block.ts";
import { declarativeFolder, isDiffDeclarative } from "./declared.ts";
import { hasOwnMembership, readHistory } from "./history.ts";
import type { Host } from "./host.ts";
import { isEdited } from "./edited.ts";
import { stepsAfterInstall } from "./next_steps.ts";
import { mark } from "./marker.ts";
import {
  addSchemaPath,
  type Brought,
  declaredAdapter,
  declaredFiles,
  declaresBundle,
} from "./plan_declared.ts";
import { editedMigrations, planMigrations, refuseOtherOrganizations } from "./plan_migrations.ts";
import type { Edited, FileChange, InstallOptions, Plan } from "./plan_types.ts";
import { InstallError } from "./install_error.ts";

/**
 * Plans an install or an upgrade, which are the same. It adds what is missing. It keeps what is there as it was
 * brought, or brings it up to date. It refuses a file that was edited.
 *
 * @example
 * ```ts ignore
 * const plan = planInstall(bundle, await readHost("../my-project"), options);
 * await applyChanges(host.supabase, plan.changes);
 * ```
 */
export function planInstall(bundle: Bundle, host: Host, options: InstallOptions): Plan {
  const history = readHistory(host, bundle);
  const ownMembership = hasOwnMembership(history, bundle, options.withoutMembership);
  if (!ownMembership) refuseOtherOrganizations(bundle, host, history);
  const edited: string[] = [];
  const foreign: string[] = [];

  const migrations = planMigrations(bundle, host, history, ownMembership, options);
  edited.push(...editedMigrations(bundle, history));

  const files: FileChange[] = [];
  const adapter = ownMembership ? declaredAdapter(history, options.adapter) : null;
  const brought: readonly Brought[] = [
    ...declaredFiles(bundle, host.declared, adapter),
    ...bundle.files.map((file) => ({ ...file, id: file.path, isYours: false })),
  ];
  for (const { path, text, id, isYours } of brought) {
    const after = mark(path, text, { release: bundle.release, id, isYours });
    const present = host.files.get(path);
    if (present === undefined) files.push({ path, before: null, after });
    else if (isYours) continue;
    else if (present.marker === null) foreign.push(`supabase/${path}`);
    else if (isEdited(bundle, path, present.marker)) {
      edited.push(`supabase/${path}`);
      if (options.edited === "overwrite") files.push({ path, before: present.contents, after });
    } else if (
      present.marker.release !== bundle.release || (!present.marker.edited && present.marker.text !== text)
    ) {
      files.push({ path, before: present.contents, after });
    }
  }
  // What an earlier release brought and this one has no longer.
  const wanted = new Set(brought.map(({ path }) => path));
  for (const { path, contents, marker } of host.files.values()) {
    if (marker === null || wanted.has(path)) continue;
    const isTheirs = isEdited(bundle, path, marker);
    if (isTheirs) edited.push(`supabase/${path}`);
    if (!isTheirs || options.edited === "overwrite") files.push({ path, before: contents, after: null });
  }

  const { config, differing } = addBlock(host.config, bundle.configBlock);
  edited.push(...differing.map((key) => `supabase/config.toml: [functions.integration-sync] ${key}`));
  refuse(foreign, edited, options.edited);
  const configured = addSchemaPath(
    differing.length > 0 && options.edited === "keep" ? host.config : config,
    host.declared,
  );
  if (configured !== host.config) {
    files.push({ path: "config.toml", before: host.config, after: configured });
  }

  const notes: string[] = [];
  if (bundle.release === "unreleased" && migrations.length > 0) {
    notes.push(
      "This build is no release: a later release cannot upgrade what it brings. Use a release in a project that stays.",
    );
  }
  if (host.declared !== null && declaresBundle(host.declared)) {
    notes.push(
      "Your declared files make the Sync Scheduler, too. Generate them anew once the migrations are pushed: " +
        "`supabase db schema declarative generate`.",
    );
  }
  const settings = readToml(host.config);
  if (host.declared === null && isDiffDeclarative(settings)) {
    notes.push(
      `Once supabase/${
        declarativeFolder(settings)
      } has SQL files of yours, run \`npx sync-scheduler install\` again, ` +
        "before the next `supabase db diff`: that drops what no file declares.",
    );
  }
  if (edited.length > 0 && options.edited === "keep") notes.push(`Kept as edited:\n  ${edited.join("\n  ")}`);
  const changes = [...migrations, ...files];
  // Kept data brings the address and the organisations back.
  const isFirst = history.installed.size === 0 && !history.hasKeptData;
  return { changes, notes, next: stepsAfterInstall(host, changes, { isFirst, ownMembership }) };
}

function refuse(foreign: readonly string[], edited: readonly string[], mode: Edited): void {
  if (foreign.length > 0) {
    throw new InstallError(
      `These are in the way and not of this bundle; move them:\n  ${foreign.join("\n  ")}\n` +
        `The bundle's own files are in supabase/${FUNCTION}.`,
    );
  }
  if (edited.length > 0 && mode === "refuse") {
    throw new InstallError(
      `These were edited since they were brought:\n  ${edited.join("\n  ")}\n` +
        "--keep leaves them as they are, --force puts back what the bundle brings.",
    );
  }
}
