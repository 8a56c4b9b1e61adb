import { join } from "node:path";

/** Copies the regular files of a directory tree, without the entries named in `except`. */
export async function copy(source: string, target: string, except: readonly string[] = []): Promise<void> {
  await Deno.mkdir(target, { recursive: true });
  for await (const entry of Deno.readDir(source)) {
    if (except.includes(entry.name)) continue;
    const [from, to] = [join(source, entry.name), join(target, entry.name)];
    if (entry.isDirectory) await copy(from, to, except);
    else if (entry.isFile) await Deno.copyFile(from, to);
  }
}
