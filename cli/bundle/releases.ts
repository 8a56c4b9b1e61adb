import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod/mini";
import { entryNames } from "./entry_names.ts";

const checksums = z.record(z.string(), z.string().check(z.regex(/^[0-9a-f]{64}$/)));
const releaseSchema = z.object({
  release: z.string().check(z.regex(/^\d+\.\d+\.\d+$/)),
  /** The migrations that it added: file name to SHA-256. */
  migrations: checksums,
  /** All objects that its schema files made: `function s.f(uuid)` to SHA-256 of the text. */
  objects: checksums,
  /** The other files that it brought: id to SHA-256 of what they say, whatever their format. */
  files: z.optional(checksums),
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
    const release = releaseSchema.parse(JSON.parse(await readFile(join(directory, name), "utf8")));
    if (name !== `${release.release}.json`) throw new Error(`releases/${name} is of ${release.release}`);
    return release;
  }));
  return releases.sort((a, b) => compareVersions(a.release, b.release));
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
