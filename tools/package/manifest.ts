import { join } from "node:path";
import { readVersion } from "../../cli/bundle/version.ts";
import { root } from "../run_deno.ts";
import { LICENSES } from "./bundle_cli.ts";

/** The parts of `package.json` that the build itself needs. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

/** Where the package comes from. */
const REPOSITORY = "git+https://github.com/sync-scheduler/sync-scheduler.git";

/** What an app imports, and the module that it gets. */
export const ENTRIES = {
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
    version: readVersion(root),
    description:
      "Reliable exports from Supabase to external systems: the installer, the command line and the client.",
    keywords: [
      "supabase",
      "postgres",
      "edge-functions",
      "pg_cron",
      "scheduler",
      "sync",
      "outbox",
      "accounting",
    ],
    license: "MIT",
    repository: { type: "git", url: REPOSITORY },
    type: "module",
    engines: { node: ">=20" },
    bin: { "sync-scheduler": "cli/main.js" },
    types: `./dist/${ENTRIES["."]}.d.ts`,
    exports: {
      ...Object.fromEntries(
        Object.entries(ENTRIES).map(([name, module]) => [name, {
          types: `./dist/${module}.d.ts`,
          default: `./dist/${module}.js`,
        }]),
      ),
      "./package.json": "./package.json",
    },
    // npm adds package.json, README.md and LICENSE. There are no `scripts`: installing runs nothing of ours.
    files: [
      "dist/**/*.js",
      "dist/**/*.d.ts",
      "cli/*.js",
      "cli/install/*.sql",
      "supabase/**/*.sql",
      "supabase/schemas/order.txt",
      "supabase/functions/**/*.ts",
      "supabase/config.toml",
      "tools/releases/*.json",
      "CHANGELOG.md",
      LICENSES,
    ],
    // They define the elements and add to them: a bundler must not take their import for one that nothing comes of.
    sideEffects: ["./dist/client/elements/mod.js", "./dist/client/elements/nb.js"],
    dependencies: { lit: range("lit") },
    peerDependencies: { "@supabase/supabase-js": range("@supabase/supabase-js") },
    // Apps bring it. The command line carries its own, so `npx` downloads none.
    peerDependenciesMeta: { "@supabase/supabase-js": { optional: true } },
  };
  await Deno.writeTextFile(join(directory, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  return manifest;
}
