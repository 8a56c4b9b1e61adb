import { createTwoFilesPatch } from "diff";
import { chmod, mkdir, readdir, realpath, rename, rm, rmdir, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import process from "node:process";
import { entryNames } from "../bundle/entry_names.ts";
import { TEMPORARY } from "./host.ts";
import { LOCK } from "./lock.ts";
import type { FileChange } from "./plan_types.ts";
import { InstallError } from "./install_error.ts";

/**
 * Makes the changes. Everything is first written next to its place and then renamed, in order: an install that is
 * interrupted leaves whole files, and the same command again does the rest.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { mkdtemp, readFile, rm } from "node:fs/promises";
 * import { applyChanges } from "./apply.ts";
 *
 * const supabase = await mkdtemp("/tmp/project-");
 * await applyChanges(supabase, [{ path: "migrations/1_a.sql", before: null, after: "select 1;\n" }]);
 * assert.equal(await readFile(`${supabase}/migrations/1_a.sql`, "utf8"), "select 1;\n");
 * await rm(supabase, { recursive: true });
 * ```
 */
export async function applyChanges(supabase: string, changes: readonly FileChange[]): Promise<void> {
  const at = (path: string) => join(supabase, ...path.split("/"));
  const written = new Map<string, { temporary: string; target: string }>();
  try {
    for (const { path, after } of changes) {
      if (after === null) continue;
      // A link stays one, and what it leads to is changed.
      const target = await realpath(at(path)).catch(() => at(path));
      const temporary = join(dirname(target), `.${basename(target)}${TEMPORARY}`);
      written.set(path, { temporary, target });
      await mkdir(dirname(target), { recursive: true });
      await writeFile(temporary, after);
      await copyMode(at(path), temporary);
    }
    for (const { path } of changes) {
      const finished = written.get(path);
      if (finished === undefined) await removeFile(supabase, at(path));
      else await rename(finished.temporary, finished.target);
    }
  } catch (error) {
    for (const { temporary } of written.values()) await rm(temporary).catch(() => {});
    if (!(error instanceof Error)) throw error;
    throw new InstallError(
      `${supabase} cannot be written: ${error.message}. Fix that; the same command goes on.`,
    );
  }
}

/** A file that only its owner reads stays one. */
async function copyMode(from: string, to: string): Promise<void> {
  const { mode } = await stat(from).catch(() => ({ mode: null }));
  if (mode !== null && process.platform !== "win32") await chmod(to, mode & 0o777);
}

/** With the folders that are empty then, but not `supabase/` itself. */
async function removeFile(supabase: string, path: string): Promise<void> {
  await rm(path);
  for (let folder = dirname(path); folder !== supabase; folder = dirname(folder)) {
    // Refused where something is left in it, and where it is a link.
    const isGone = await rmdir(folder).then(() => true, () => false);
    if (!isGone) return;
  }
}

/**
 * Removes what an interrupted install has left next to files.
 *
 * @example
 * ```ts
 * import { removeLeftovers } from "./apply.ts";
 *
 * await removeLeftovers("/no/such/directory");
 * ```
 */
export async function removeLeftovers(supabase: string): Promise<void> {
  const walk = async (directory: string): Promise<void> => {
    const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const path = join(directory, entry.name);
      if (entry.isDirectory()) {
        if (entry.name !== "node_modules" && entry.name !== LOCK) await walk(path);
      } else if (entry.name.endsWith(TEMPORARY)) await rm(path);
    }
  };
  if ((await entryNames(supabase)).length > 0) await walk(supabase);
}

/**
 * The changes as a unified diff, as git would show it.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { showDiff } from "./apply.ts";
 *
 * const diff = showDiff([{ path: "config.toml", before: "a\nb\n", after: "a\nb\nc\n" }]);
 * assert.match(diff, /^--- supabase\/config\.toml\n\+\+\+ supabase\/config\.toml\n@@ -1,2 \+1,3 @@\n a\n b\n\+c\n$/);
 * ```
 */
export function showDiff(changes: readonly FileChange[]): string {
  return changes.map(({ path, before, after }) => {
    const name = `supabase/${path}`;
    const [from, to] = [before === null ? "/dev/null" : name, after === null ? "/dev/null" : name];
    const diff = createTwoFilesPatch(from, to, before ?? "", after ?? "", undefined, undefined, {
      context: 3,
    });
    // Its first lines are ones that neither git nor patch needs.
    return diff.replace(/^(Index: .*\n)?=+\n/, "").replaceAll("\t\n", "\n");
  }).join("");
}
