import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CleanupStack } from "./cleanup.ts";
import { startJanitor } from "./janitor.ts";
import { commandLine, isAlive, processStart, signal } from "./processes.ts";
import { delay, until } from "../wait.ts";

/** Names the folder for scratch directories; without it they are where temporary files are. */
export const SCRATCH_VARIABLE = "SYNC_SCHEDULER_SCRATCH";

const PREFIX = "sync-scheduler-";
const OWNER = "owner.json";

/** Not in TMPDIR: Deno keeps processes without all permissions away from `/dev`, also from memory there. */
const parent = (): string => Deno.env.get(SCRATCH_VARIABLE) || tmpdir();

interface Owner {
  readonly pid: number;
  readonly start: string;
}

/**
 * Makes a platform's only place on disk: a private directory that is removed with the clean-up, or by a janitor when
 * this process ends without one.
 *
 * @param settled Resolves when nothing writes there any more; until then a clean-up waits with the removal.
 */
export async function openScratch(
  cleanup: CleanupStack,
  settled: Promise<void> = Promise.resolve(),
): Promise<string> {
  const path = await makeDirectory();
  const janitor = startJanitor(path);
  await cleanup.add("the scratch directory", async () => {
    // Stopped in the middle of the start, something may still be writing. If it does not notice soon, the end of
    // this process stops it, and the janitor removes what is left.
    const quiet = await Promise.race([settled.then(() => true), delay(3000).then(() => false)]);
    if (!quiet) return;
    await removeDirectory(path);
    await janitor.dismiss();
  });
  return path;
}

/** It names this process as its owner. */
async function makeDirectory(): Promise<string> {
  const path = await Deno.makeTempDir({ dir: parent(), prefix: PREFIX });
  // Postgres runs as another user when we are root, and must get to its own files below this directory.
  await Deno.chmod(path, 0o755);
  const owner: Owner = { pid: Deno.pid, start: await processStart(Deno.pid) ?? "" };
  await Deno.writeTextFile(join(path, OWNER), JSON.stringify(owner), { mode: 0o600 });
  return path;
}

/**
 * Removes what platforms whose process was killed left behind: the postmaster that outlived it and the directory. `kill
 * -9` cannot be caught, so the next start does this. Directories of living owners and of other users are left alone.
 * Returns the paths that were removed.
 */
export async function sweepAbandoned(): Promise<string[]> {
  const swept: string[] = [];
  const root = parent();
  for await (const entry of Deno.readDir(root)) {
    if (!entry.isDirectory || !entry.name.startsWith(PREFIX)) continue;
    const path = join(root, entry.name);
    try {
      if ((await Deno.stat(path)).uid !== Deno.uid()) continue;
      if (!await isAbandoned(path)) continue;
      await stopAbandonedPostgres(path);
      await removeDirectory(path);
      swept.push(path);
    } catch (error) {
      // Another platform may be sweeping the same directory at this very moment.
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return swept;
}

async function isAbandoned(path: string): Promise<boolean> {
  const text = await Deno.readTextFile(join(path, OWNER)).catch(() => null);
  if (text === null || text === "") {
    // Made a moment ago and its owner not written yet, or left in that very moment: only time shows which.
    const made = (await Deno.stat(path)).mtime?.getTime() ?? 0;
    return Date.now() - made > 60_000;
  }
  const owner = JSON.parse(text) as Owner;
  return await processStart(owner.pid) !== owner.start;
}

async function stopAbandonedPostgres(path: string): Promise<void> {
  const file = await Deno.readTextFile(join(path, "data", "postmaster.pid")).catch(() => "");
  const pid = Number(file.split("\n")[0]);
  if (!Number.isInteger(pid) || pid <= 1) return;
  // The id may meanwhile be anybody's: it is ours only if it runs from this very directory.
  if (!(await commandLine(pid)).includes(path)) return;
  // SIGQUIT lets the postmaster take its children with it; nothing in the data is worth a checkpoint.
  signal(pid, "SIGQUIT");
  await until("an abandoned Postgres to end", async () => !await isAlive(pid), { timeoutMs: 5000 })
    .catch(() => signal(pid, "SIGKILL"));
}

async function removeDirectory(path: string): Promise<void> {
  // A process that ends just now may still write a last file: try again instead of failing the whole stop.
  await until(`${path} to be removed`, async () => {
    try {
      await Deno.remove(path, { recursive: true });
      return true;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return true;
      return false;
    }
  }, { timeoutMs: 5000 });
}
