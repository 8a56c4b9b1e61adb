/**
 * Copies of this checkout, to release in and to install from.
 *
 * @module
 */
import { join, relative } from "node:path";
import { checkoutAt } from "../../../cli/bundle/checkout.ts";
import { readReleases } from "../../../cli/bundle/releases.ts";
import { copyDirectory } from "../../../local/copy_directory.ts";
import { composeMigrations } from "../../../tools/migrations/compose.ts";
import { writeMigrations } from "../../../tools/migrations/directory.ts";
import { freeze, openChange } from "../../../tools/migrations/freeze.ts";
import { root } from "../../../tools/run_deno.ts";

/** A copy of the checkout as far as the tools need it. */
export interface CheckoutCopy extends AsyncDisposable {
  readonly directory: string;
  read(path: string): Promise<string>;
  write(path: string, text: string): Promise<void>;
  /** Composes its migrations. This and the next two do without the start of a task. */
  compose(): Promise<void>;
  /** Freezes its migrations as a release. */
  release(version: string): Promise<void>;
  /** Opens its next change, and returns the path of the file. */
  openChange(name: string): Promise<string>;
  /** Runs a task; throws with its output when it fails. */
  task(name: string, ...args: string[]): Promise<string>;
}

/**
 * Copies a checkout as if nothing of it were released, so that the copy makes releases of its own. It lacks the
 * releases and the open change, and has the baseline that its schemas make now.
 */
export async function copyCheckout(source = root): Promise<CheckoutCopy> {
  const isReleased = (await readReleases(checkoutAt(source).releases)).length > 0;
  const copy = await copyWithout(source, {
    tools: ["releases"],
    supabase: [".temp", "changes", ...(isReleased ? ["migrations"] : [])],
  });
  if (isReleased) await copy.compose();
  return copy;
}

/** Copies this checkout, with 0.1.0 as its only release. The tests of a file share the work of that release. */
export async function copyReleased(): Promise<CheckoutCopy> {
  released ??= copyCheckout().then(async (copy) => {
    await copy.release("0.1.0");
    return copy;
  });
  return await copyWithout((await released).directory, {});
}

let released: Promise<CheckoutCopy> | undefined;
// Registered while a test file loads this module, so for that file.
Deno.test.afterAll(async () => void await (await released)?.[Symbol.asyncDispose]());

async function copyWithout(
  source: string,
  left: Readonly<Record<string, readonly string[]>>,
): Promise<CheckoutCopy> {
  const directory = await Deno.makeTempDir({ prefix: "checkout-of-a-test-" });
  for (const folder of ["cli", "local", "supabase", "tools"]) {
    const skip = (name: string) => left[folder]?.includes(name) === true;
    await copyDirectory(join(source, folder), join(directory, folder), { skip });
  }
  for (const file of ["deno.json", "deno.lock", "CHANGELOG.md"]) {
    await Deno.copyFile(join(source, file), join(directory, file));
  }
  const checkout = checkoutAt(directory);
  return {
    directory,
    read: (path) => Deno.readTextFile(join(directory, path)),
    write: (path, text) => Deno.writeTextFile(join(directory, path), text),
    compose: async () =>
      void await writeMigrations(await composeMigrations(checkout), join(checkout.supabase, "migrations")),
    release: async (version) => void await freeze(checkout, version),
    openChange: async (name) => relative(directory, await openChange(checkout, name, new Date())),
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
