import { join } from "node:path";
import { root } from "../run_deno.ts";

/** The parts of `package.json` that the build itself needs. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

/** What an app imports, and the module that it gets. */
const ENTRIES = {
  ".": "client/mod",
  "./elements": "client/elements/mod",
  "./elements/nb": "client/elements/nb",
};

/**
 * Writes the package's `package.json`. Its version is that of the bundle; the versions of what it uses are those that
 * the tests run with, or newer ones of the same major.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { writeManifest } from "./manifest.ts";
 *
 * const directory = await Deno.makeTempDir();
 * const { name, peerDependencies } = await writeManifest(directory);
 * assert.deepEqual([name, Object.keys(peerDependencies)], ["sync-scheduler", ["@supabase/supabase-js"]]);
 * await Deno.remove(directory, { recursive: true });
 * ```
 */
export async function writeManifest(directory: string): Promise<Manifest> {
  const { imports }: { imports: Record<string, string> } = JSON.parse(
    await Deno.readTextFile(join(root, "deno.json")),
  );
  const range = (name: string) => `^${imports[name]?.split("@").at(-1)}`;
  const manifest = {
    name: "sync-scheduler",
    version: await bundleVersion(),
    description:
      "Client of the Sync Scheduler for Supabase: start a sync, follow it live, say what happened.",
    license: "MIT",
    type: "module",
    exports: Object.fromEntries(
      Object.entries(ENTRIES).map(([name, module]) => [name, {
        types: `./dist/${module}.d.ts`,
        default: `./dist/${module}.js`,
      }]),
    ),
    // npm adds package.json, README.md and LICENSE. There are no `scripts`: installing runs nothing of ours.
    files: ["dist/**/*.js", "dist/**/*.d.ts"],
    // They define the elements and add to them: a bundler must not take their import for one that nothing comes of.
    sideEffects: ["./dist/client/elements/mod.js", "./dist/client/elements/nb.js"],
    dependencies: { lit: range("lit") },
    peerDependencies: { "@supabase/supabase-js": range("@supabase/supabase-js") },
  };
  await Deno.writeTextFile(join(directory, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  return manifest;
}

async function bundleVersion(): Promise<string> {
  const sql = await Deno.readTextFile(join(root, "supabase", "schemas", "95_release", "01_version.sql"));
  const version = /select '([^']+)'::text/.exec(sql)?.[1];
  if (version === undefined) throw new Error("95_release/01_version.sql names no version");
  return version;
}
