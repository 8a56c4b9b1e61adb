/**
 * The packed npm package: one for a whole run of the tests, or one for a file that is run by itself.
 *
 * @module
 */
import { join } from "node:path";
import { whileLocked } from "../../../cli/install/lock.ts";
import { root } from "../../../tools/run_deno.ts";

/** Environment variable that names the folder in which a run of the tests keeps the package. */
export const PACKAGE_VARIABLE = "SYNC_SCHEDULER_TEST_PACKAGE";

let own: Promise<string> | undefined;
// Registered while a test file loads this module, so for that file.
Deno.test.afterAll(async () => {
  if (own !== undefined) await Deno.remove(await own, { recursive: true });
});

/** The path of the tarball. The first test that asks packs it; the others wait for that. */
export async function packedTarball(): Promise<string> {
  const folder = Deno.env.get(PACKAGE_VARIABLE) ??
    await (own ??= Deno.makeTempDir({ prefix: "package, of a test-" }));
  return await whileLocked(folder, async () => {
    const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
    const packed = names.find((name) => name.endsWith(".tgz"));
    return packed === undefined ? await pack(folder) : join(folder, packed);
  });
}

/** Packs as a maintainer does, with the permissions of the task. */
async function pack(folder: string): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "pack", folder],
    cwd: root,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  if (!success) throw new Error(`deno task pack failed:\n${new TextDecoder().decode(stderr)}`);
  // It prints the path from where it runs.
  return join(root, new TextDecoder().decode(stdout).trim());
}
