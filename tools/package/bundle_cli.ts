import { join } from "node:path";
import { root, runDeno } from "../run_deno.ts";

/** How the bundler says where code is from, in comments and in keys: a path into Deno's cache. */
const ORIGIN = /(?:\.\.\/)+[^\s"]*?\/npm\/[^/\s"]+\/((?:@[^/\s"]+\/)?[^/\s"]+)\/([^/\s"]+)(?=\/)/g;

/** The file of the package that holds the licences. */
export const LICENSES = "THIRD_PARTY_LICENSES.txt";

/**
 * Bundles the command line for Node into `cli/` of a directory, with the libraries that it uses. An app that takes the
 * client installs none of them, and `npx` downloads one package. Each command is a part that is loaded when it runs.
 * Writes the libraries' licences next to it.
 *
 * @example
 * ```ts ignore
 * await bundleCli(scratch);
 * ```
 */
export async function bundleCli(directory: string): Promise<void> {
  const target = join(directory, "cli");
  const entry = join(root, "cli", "main.ts");
  await runDeno(["bundle", "--quiet", "--platform=deno", "--code-splitting", "--outdir", target, entry]);
  const origins = new Map<string, string>();
  for await (const { name } of Deno.readDir(target)) {
    if (!name.endsWith(".js")) continue;
    const code = await Deno.readTextFile(join(target, name));
    const shown = code.replace(ORIGIN, (path: string, library: string, version: string) => {
      origins.set(`${library} ${version}`, join(root, path));
      return `npm:${library}@${version}`;
    });
    await Deno.writeTextFile(join(target, name), shown);
  }
  if (origins.size === 0) throw new Error("the bundler no longer says where code is from");
  const licenses = await Promise.all(
    [...origins].sort().map(async ([library, path]) => {
      const { license }: { license?: string } = JSON.parse(
        await Deno.readTextFile(join(path, "package.json")),
      );
      return `${library} (${license})\n\n${await licenseText(path)}`;
    }),
  );
  await Deno.writeTextFile(
    join(directory, LICENSES),
    `The command line contains these libraries:\n\n${licenses.join(`\n${"-".repeat(80)}\n\n`)}`,
  );
}

async function licenseText(path: string): Promise<string> {
  for await (const { name } of Deno.readDir(path)) {
    if (/^(licen[cs]e|unlicense)/i.test(name)) return await Deno.readTextFile(join(path, name));
  }
  return "Its package holds no text of it.\n";
}
