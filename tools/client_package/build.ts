import { join } from "node:path";
import { root, runDeno } from "../run_deno.ts";
import { compile } from "./compile.ts";
import { type Manifest, writeManifest } from "./manifest.ts";
import { NPM } from "./npm.ts";

/**
 * Builds the client library as an npm package and packs it into `directory`, which is made if it is missing: the
 * same source, compiled to JavaScript and declarations. Gives the tarball's path.
 *
 * @example
 * ```ts ignore
 * import { packClient } from "./build.ts";
 *
 * console.log(await packClient("dist")); // dist/sync-scheduler-0.1.0.tgz
 * ```
 */
export async function packClient(directory: string): Promise<string> {
  await Deno.mkdir(directory, { recursive: true });
  const target = await Deno.realPath(directory);
  const scratch = await Deno.makeTempDir({ prefix: "sync_scheduler_package_" });
  try {
    const manifest = await writeManifest(scratch);
    await copySources(join(root, "src"), join(scratch, "src"));
    await installTypes(scratch, manifest);
    compile(scratch);
    for (const file of ["LICENSE", "src/client/README.md"]) {
      await Deno.copyFile(join(root, file), join(scratch, file.split("/").at(-1) ?? ""));
    }
    // npm gets neither the network nor other programs, and writes into the scratch directory alone: packing needs no more.
    const permissions = ["--no-prompt", "--allow-read", "--allow-write=.", "--allow-env", "--allow-sys"];
    await runDeno([
      "run",
      ...permissions,
      "--quiet",
      "--no-config",
      NPM,
      "pack",
      "--ignore-scripts",
      "--offline",
    ], {
      cwd: scratch,
      env: { npm_config_cache: join(scratch, ".npm") },
    });
    const tarball = `${manifest.name}-${manifest.version}.tgz`;
    await Deno.copyFile(join(scratch, tarball), join(target, tarball));
    return join(target, tarball);
  } finally {
    await Deno.remove(scratch, { recursive: true });
  }
}

/** Everything but tests and what only they need. */
async function copySources(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (name === "testing" || name.endsWith("_test.ts")) continue;
    if (isDirectory) await copySources(join(from, name), join(to, name));
    else if (name.endsWith(".ts")) await Deno.copyFile(join(from, name), join(to, name));
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
