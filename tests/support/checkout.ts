/**
 * Copies of this checkout, to release in and to install from.
 *
 * @module
 */
import { join } from "node:path";
import { copyDirectory } from "../../local/copy_directory.ts";
import { root } from "../../tools/run_deno.ts";

/** A copy of the checkout as far as the tools need it. */
export interface CheckoutCopy extends AsyncDisposable {
  readonly directory: string;
  read(path: string): Promise<string>;
  write(path: string, text: string): Promise<void>;
  /** Runs a task; throws with its output when it fails. */
  task(name: string, ...args: string[]): Promise<string>;
}

/** Copies what is here, without releases: the copy makes its own. */
export async function copyCheckout(): Promise<CheckoutCopy> {
  const directory = await Deno.makeTempDir({ prefix: "checkout-of-a-test-" });
  for (const folder of ["cli", "local", "supabase", "tools"]) {
    const skip = (name: string) => folder === "tools" && name === "releases" || name === ".temp";
    await copyDirectory(join(root, folder), join(directory, folder), { skip });
  }
  for (const file of ["deno.json", "deno.lock", "CHANGELOG.md"]) {
    await Deno.copyFile(join(root, file), join(directory, file));
  }
  return {
    directory,
    read: (path) => Deno.readTextFile(join(directory, path)),
    write: (path, text) => Deno.writeTextFile(join(directory, path), text),
    async task(name, ...args) {
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["task", "--quiet", name, ...args],
        cwd: directory,
        env: { NO_COLOR: "1" },
        stdin: "null",
      }).output();
      const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
      if (code !== 0) throw new Error(`deno task ${name} failed (${code}):\n${text}`);
      return text;
    },
    [Symbol.asyncDispose]: () => Deno.remove(directory, { recursive: true }),
  };
}
