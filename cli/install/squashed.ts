import { compareVersions } from "../bundle/releases.ts";
import type { Bundle } from "../bundle/bundle.ts";
import type { HostMigration } from "./host.ts";
import { InstallError } from "./install_error.ts";

const LINE = /^-- sync-scheduler has (\S+?)( without membership)?\r?$/m;

/** What a migration of the host's own contains of the bundle. */
export interface Contained {
  /** Ids of the bundle's migrations. */
  readonly ids: readonly string[];
  readonly withoutMembership: boolean;
}

/**
 * A host may put its migrations together into one (`supabase migration squash`), which loses the bundle's lines. Then the
 * host says in a line of its own what is in there, `-- sync-scheduler has 0.1.0`, with ` without membership` behind it where
 * that is so; null for any other migration. Refuses one that has the bundle in it and does not say so: what it has would be
 * brought again.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { readSquashed } from "./squashed.ts";
 *
 * const bundle = { release: "0.1.0", releases: [], migrations: [], files: [], declared: [], configBlock: "" };
 * assert.equal(readSquashed({ file: "1_mine.sql", contents: "select 1;", marker: null }, bundle), null);
 * ```
 */
export function readSquashed(migration: HostMigration, bundle: Bundle): Contained | null {
  const { file, contents } = migration;
  const said = LINE.exec(contents);
  if (said === null) {
    if (!/^\s*create schema (?:if not exists )?"?sync_scheduler"?[\s;]/im.test(contents)) return null;
    throw new InstallError(
      `${file} makes the schema sync_scheduler, but does not name the release. If it was squashed, put the line ` +
        "`-- sync-scheduler has RELEASE` on top (`select version from sync_scheduler.version()` shows it).",
    );
  }
  const [, release = "", without] = said;
  const known = bundle.migrations.filter((each) => each.release !== "unreleased");
  if (!known.some((each) => each.release === release)) {
    throw new InstallError(`${file} has ${release}, which this checkout (${bundle.release}) does not know.`);
  }
  const ids = known.filter((each) => compareVersions(each.release, release) <= 0).map(({ id }) => id);
  return { ids, withoutMembership: without !== undefined };
}
