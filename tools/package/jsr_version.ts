import { join } from "node:path";
import { readVersion } from "../../cli/bundle/version.ts";

/**
 * Writes the bundle's version into deno.json, which is the manifest for JSR: npm and JSR then publish the same version.
 *
 * @param root The checkout.
 * @example
 * ```ts ignore
 * await writeJsrVersion(root);
 * ```
 */
export async function writeJsrVersion(root: string): Promise<void> {
  const path = join(root, "deno.json");
  const text = await Deno.readTextFile(path);
  await Deno.writeTextFile(path, text.replace(/^( {2}"version": )"[^"]*"/m, `$1"${readVersion(root)}"`));
}
