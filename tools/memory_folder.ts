import { statfs } from "node:fs/promises";
import { join } from "node:path";

/** A file system in memory, where Linux has one. */
const FOLDER = "/dev/shm";
const TMPFS = 0x01021994;
/** The databases of a run need less than half of it. The rest is for what works with them. */
const LEAST_BYTES = 8 * 1024 ** 3;

/**
 * A folder in memory for the databases of the tests, or null where the machine has not enough of it.
 *
 * Each database is some hundred files, and the tests make and remove hundreds of databases. On ext4 a new file costs more
 * the more were removed: their inodes are not used again for minutes, and the search for a free one passes each of them.
 */
export async function memoryFolder(): Promise<string | null> {
  if (Deno.build.os !== "linux" || Deno.systemMemoryInfo().available < LEAST_BYTES) return null;
  try {
    const { type, bavail, bsize } = await statfs(FOLDER);
    return type === TMPFS && bavail * bsize >= LEAST_BYTES && await runsPrograms(FOLDER) ? FOLDER : null;
  } catch {
    return null;
  }
}

/** In a container its files may be no programs, and a server's binaries are next to its data. */
async function runsPrograms(folder: string): Promise<boolean> {
  const directory = await Deno.makeTempDir({ dir: folder });
  try {
    const program = join(directory, "program");
    await Deno.writeTextFile(program, "#!/bin/sh\n", { mode: 0o700 });
    return (await new Deno.Command(program).output()).success;
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}
