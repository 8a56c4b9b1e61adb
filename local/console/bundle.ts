import { join } from "node:path";
import { fileURLToPath } from "node:url";

const SOURCES = fileURLToPath(new URL("../../src/", import.meta.url));

/** The page's scripts, bundled again when a source has changed. */
export interface Bundle {
  /** Directory with `main.js` and the parts that it loads later. */
  readonly directory: string;
  /** Bundles what has changed since; throws with what the bundler says. */
  refresh(): Promise<void>;
}

/** Bundles into a directory, which takes about a quarter of a second. */
export async function bundlePage(directory: string): Promise<Bundle> {
  let bundled = 0;
  let last: Promise<void> = Promise.resolve();
  const bundle: Bundle = {
    directory,
    // One after the other: two at once would write the same files.
    refresh: () =>
      last = last.catch(() => {}).then(async () => {
        const changedAt = await newest(SOURCES);
        if (changedAt <= bundled) return;
        await run(directory);
        bundled = changedAt;
      }),
  };
  await bundle.refresh();
  return bundle;
}

async function run(directory: string): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["bundle", "--quiet", "--platform=browser", "--code-splitting", "--minify", "--sourcemap=linked"],
      ...["--outdir", directory, join(SOURCES, "console", "main.ts")],
    ],
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(`The page cannot be bundled:\n${new TextDecoder().decode(stderr)}`);
}

async function newest(directory: string): Promise<number> {
  let time = 0;
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    const path = join(directory, name);
    if (isDirectory) time = Math.max(time, await newest(path));
    else if (/\.ts$/.test(name)) time = Math.max(time, (await Deno.stat(path)).mtime?.getTime() ?? 0);
  }
  return time;
}
