import { join } from "node:path";
import type { Bundle } from "../bundle/bundle.ts";
import type { Checkout } from "../bundle/checkout.ts";
import { readSchemaFiles } from "../bundle/schema_files.ts";
import { removeBlock } from "./config_block.ts";
import { ADAPTER, missingMigrations, nextVersions, readHistory, UNINSTALL } from "./history.ts";
import type { Host } from "./host.ts";
import { isEdited } from "./edited.ts";
import { stepsAfterUninstall } from "./next_steps.ts";
import { mark } from "./marker.ts";
import { undeclare } from "./plan_declared.ts";
import type { Edited, FileChange, Plan } from "./plan_types.ts";
import { InstallError } from "./install_error.ts";
import { KEPT_SCHEMA } from "./restore.ts";
import { composeUninstall } from "./uninstall_sql.ts";

/** How to take the bundle out. */
export interface UninstallOptions {
  readonly dropData: boolean;
  readonly edited: Edited;
  readonly now: Date;
}

/**
 * Plans an uninstall: one migration that takes everything out of the database, and the removal of the function and its
 * block. The migrations that were applied stay, as history does.
 *
 * @example
 * ```ts ignore
 * const plan = await planUninstall(checkout, bundle, host, { dropData: false, edited: "refuse", now: new Date() });
 * ```
 */
export async function planUninstall(
  checkout: Checkout,
  bundle: Bundle,
  host: Host,
  { dropData, edited, now }: UninstallOptions,
): Promise<Plan> {
  const history = readHistory(host, bundle);
  if (history.installed.size === 0) {
    throw new InstallError("The bundle is not installed there: there is nothing to take out.");
  }
  const ownMembership = history.installed.has(ADAPTER);
  const wanted = bundle.migrations.filter(({ isMembership }) => !ownMembership || !isMembership);
  if (missingMigrations(history, wanted).length > 0) {
    throw new InstallError(
      "An older release is installed: upgrade first, or uninstall with that release.",
    );
  }
  const removed: FileChange[] = [];
  const changed: string[] = [];
  // Kept data stays declared: the next migration that the CLI writes would drop it.
  const stays = (path: string) =>
    !dropData && host.declared !== null && path.startsWith(`${host.declared.folder}/`);
  for (const { path, contents, marker } of host.files.values()) {
    if (marker === null || stays(path)) continue;
    const isTheirs = isEdited(bundle, path, marker);
    if (isTheirs) changed.push(`supabase/${path}`);
    if (!isTheirs || edited === "overwrite") removed.push({ path, before: contents, after: null });
  }
  if (changed.length > 0 && edited === "refuse") {
    throw new InstallError(
      `These were edited since they were brought:\n  ${changed.join("\n  ")}\n` +
        "--keep leaves them, --force removes them.",
    );
  }
  const files = (await readSchemaFiles(join(checkout.supabase, "schemas")))
    .filter((file) => !ownMembership || file.folder !== "membership");
  const id = dropData ? UNINSTALL.drop : UNINSTALL.keep;
  const [version] = nextVersions(host.migrations.map(({ file }) => file), 1, now);
  const uninstall = composeUninstall(files, dropData);
  const sql = mark("a.sql", uninstall, { release: bundle.release, id });
  const declared = undeclare(bundle, host, uninstall, dropData);
  const changes: FileChange[] = [
    { path: `migrations/${version}_sync_scheduler_uninstall.sql`, before: null, after: sql },
    ...declared.changes,
    ...removed,
  ];
  const config = removeBlock(declared.config, bundle.configBlock);
  if (config !== host.config) {
    changes.push({ path: "config.toml", before: host.config, after: config });
  }
  const notes = [
    dropData
      ? "Everything that the bundle has recorded goes with it."
      : `The data stays in schema ${KEPT_SCHEMA}, for the owner of the database; an install brings it back.`,
  ];
  if (!dropData && declared.changes.length > 0) {
    notes.push(
      `supabase/${host.declared?.folder} declares the kept data. When you need it no longer, drop schema ${KEPT_SCHEMA} ` +
        "in a migration and delete the folder.",
    );
  }
  return { changes, notes, next: stepsAfterUninstall(host) };
}
