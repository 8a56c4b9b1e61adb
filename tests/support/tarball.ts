/**
 * The packed npm package: one for a whole run of the tests, or one for a file that is run by itself.
 *
 * @module
 */
import { join } from "node:path";
import { whileLocked } from "../../cli/install/lock.ts";
import { packPackage } from "../../tools/package/build.ts";

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
    await (own ??= Deno.makeTempDir({ prefix: "package-of-a-test-" }));
  return await whileLocked(folder, async () => {
    const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
    const packed = names.find((name) => name.endsWith(".tgz"));
    return packed === undefined ? await packPackage(folder) : join(folder, packed);
  });
}
