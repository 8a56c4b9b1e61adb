import { dirname, join } from "node:path";
import { ORDER } from "../../cli/bundle/schema_files.ts";
import { root, runDeno } from "../run_deno.ts";
import { bundleCli } from "./bundle_cli.ts";
import { compile } from "./compile.ts";
import { type Manifest, writeManifest } from "./manifest.ts";
import { NPM } from "./npm.ts";

/** Whole files that the package carries under the same path; npm adds README.md and LICENSE. */
const CARRIED = ["LICENSE", "CHANGELOG.md", "supabase/config.toml", "cli/install/membership_adapter.sql"];

/** Folders whose files of one kind the package carries: what an install brings, and what it is compared with. */
const FOLDERS = [
  ["supabase/migrations", ".sql"],
  ["supabase/schemas", ".sql"],
  ["supabase/schemas", ORDER],
  ["supabase/functions/integration-sync", ".ts"],
  ["tools/releases", ".json"],
] as const;

/**
 * Builds the npm package and packs it into `directory`, which it makes if it is missing. The package has the client,
 * compiled to JavaScript and declarations, the command line, bundled for Node, and the files that it installs. Gives
 * the tarball's path.
 *
 * @example
 * ```ts ignore
 * import { packPackage } from "./build.ts";
 *
 * console.log(await packPackage("dist")); // dist/sync-scheduler-0.1.0.tgz
 * ```
 */
export async function packPackage(directory: string): Promise<string> {
  await Deno.mkdir(directory, { recursive: true });
  const target = await Deno.realPath(directory);
  const scratch = await Deno.makeTempDir({ prefix: "sync_scheduler_package_" });
  try {
    const manifest = await writeManifest(scratch);
    await copyFolder("src", ".ts", scratch);
    await installTypes(scratch, manifest);
    compile(scratch);
    await bundleCli(scratch);
    for (const file of CARRIED) await copy(file, join(scratch, file));
    for (const [folder, ending] of FOLDERS) await copyFolder(folder, ending, scratch);
    await copy("src/client/README.md", join(scratch, "README.md"));
    // npm gets neither the network nor other programs, and writes into the scratch directory alone: packing needs
    // nothing else.
    const permissions = ["--no-prompt", "--allow-read", "--allow-write=.", "--allow-env", "--allow-sys"];
    const run = ["run", ...permissions, "--quiet", "--no-config", NPM];
    // An option, because it outranks whatever case of npm_config_cache the environment has.
    await runDeno([...run, "pack", "--ignore-scripts", "--offline", "--cache", ".npm"], { cwd: scratch });
    const tarball = `${manifest.name}-${manifest.version}.tgz`;
    await Deno.copyFile(join(scratch, tarball), join(target, tarball));
    return join(target, tarball);
  } finally {
    await Deno.remove(scratch, { recursive: true });
  }
}

async function copy(file: string, target: string): Promise<void> {
  await Deno.mkdir(dirname(target), { recursive: true });
  await Deno.copyFile(join(root, file), target);
}

/** Everything but tests and what only they need. A folder that is missing has nothing: nothing may be released yet. */
async function copyFolder(folder: string, ending: string, scratch: string): Promise<void> {
  const entries = await Array.fromAsync(Deno.readDir(join(root, folder))).catch((error: unknown) => {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  });
  for (const { name, isDirectory } of entries) {
    const path = `${folder}/${name}`;
    if (name === "testing" || path === "src/console" || name.endsWith("_test.ts")) continue;
    if (isDirectory) await copyFolder(path, ending, scratch);
    else if (name.endsWith(ending)) await copy(path, join(scratch, path));
  }
}

/** The compiler looks for what is imported in node_modules: Deno makes one from its cache, in the pinned versions. */
async function installTypes(scratch: string, manifest: Manifest): Promise<void> {
  const { imports }: { imports: Record<string, string> } = JSON.parse(
    await Deno.readTextFile(join(root, "deno.json")),
  );
  const used = { ...manifest.dependencies, ...manifest.peerDependencies };
  const config = join(scratch, "deno.json");
  await Deno.writeTextFile(
    config,
    JSON.stringify({
      nodeModulesDir: "auto",
      lock: false,
      imports: Object.fromEntries(Object.keys(used).map((name) => [name, imports[name]])),
    }),
  );
  await runDeno(["install", "--quiet"], { cwd: scratch });
  await Deno.remove(config);
}
