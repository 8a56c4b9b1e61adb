/**
 * Copies of this checkout, to release in and to install from.
 *
 * @module
 */
import { join } from "node:path";
import { checkoutAt } from "../../cli/bundle/checkout.ts";
import { readReleases } from "../../cli/bundle/releases.ts";
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

/**
 * Copies a checkout as if nothing of it were released, so that the copy makes releases of its own: without the releases
 * and the open change, with the baseline that its schemas make now.
 */
export async function copyCheckout(source = root): Promise<CheckoutCopy> {
  const directory = await Deno.makeTempDir({ prefix: "checkout-of-a-test-" });
  const isReleased = (await readReleases(checkoutAt(source).releases)).length > 0;
  const left: Record<string, string[]> = {
    tools: ["releases"],
    supabase: [".temp", "changes", ...(isReleased ? ["migrations"] : [])],
  };
  for (const folder of ["cli", "local", "supabase", "tools"]) {
    const skip = (name: string) => left[folder]?.includes(name) === true;
    await copyDirectory(join(source, folder), join(directory, folder), { skip });
  }
  for (const file of ["deno.json", "deno.lock", "CHANGELOG.md"]) {
    await Deno.copyFile(join(source, file), join(directory, file));
  }
  const copy: CheckoutCopy = {
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
  if (isReleased) await copy.task("db:compose");
  return copy;
}
