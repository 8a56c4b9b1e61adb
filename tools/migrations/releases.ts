import { join } from "node:path";
import { z } from "zod";
import { entryNames, type Migrations } from "./directory.ts";
import { sha256 } from "./schema_files.ts";

const checksums = z.record(z.string(), z.string().regex(/^[0-9a-f]{64}$/));
const releaseSchema = z.object({
  release: z.string().regex(/^\d+\.\d+\.\d+$/),
  /** The migrations that it added: file name to SHA-256. */
  migrations: checksums,
  /** All schema files that it was composed of: path to SHA-256. */
  schemas: checksums,
});

/** What a release froze: a file of `tools/releases/`. */
export type Release = Readonly<z.infer<typeof releaseSchema>>;

/**
 * All releases, the oldest first.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { readReleases } from "./releases.ts";
 *
 * assert.deepEqual(await readReleases("/no/such/directory"), []);
 * ```
 */
export async function readReleases(directory: string): Promise<Release[]> {
  const names = (await entryNames(directory)).filter((name) => name.endsWith(".json"));
  const releases = await Promise.all(names.map(async (name) => {
    const release = releaseSchema.parse(JSON.parse(await Deno.readTextFile(join(directory, name))));
    if (name !== `${release.release}.json`) throw new Error(`releases/${name} is of ${release.release}`);
    return release;
  }));
  return releases.sort((a, b) => compareVersions(a.release, b.release));
}

/**
 * The migrations of releases as they stand in the directory. Throws when one is not what was released: hosts have
 * applied it, so whatever should be different is a further migration.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { readFrozen } from "./releases.ts";
 *
 * assert.equal((await readFrozen([], "supabase/migrations")).size, 0);
 * ```
 */
export async function readFrozen(releases: readonly Release[], directory: string): Promise<Migrations> {
  const frozen = new Map<string, string>();
  for (const { release, migrations } of releases) {
    for (const [name, checksum] of Object.entries(migrations)) {
      const sql = await Deno.readTextFile(join(directory, name)).catch((error: unknown) => {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
        throw new Error(`migrations/${name} is gone; release ${release} has it, so it is frozen`);
      });
      if (sha256(sql) !== checksum) {
        throw new Error(`migrations/${name} has changed; release ${release} has it, so it is frozen`);
      }
      frozen.set(name, sql);
    }
  }
  return frozen;
}

/**
 * Orders releases: negative when `a` is the older one.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { compareVersions } from "./releases.ts";
 *
 * assert.ok(compareVersions("0.9.1", "0.10.0") < 0);
 * ```
 */
export function compareVersions(a: string, b: string): number {
  const [x, y] = [a, b].map((version) => version.split(".").map(Number));
  return [0, 1, 2].map((n) => (x?.[n] ?? 0) - (y?.[n] ?? 0)).find((difference) => difference !== 0) ?? 0;
}
