import { join } from "node:path";

/** What of a directory tree is copied, and how. */
export interface CopyOptions {
  /** Whether to leave out what has this name; nothing by default. */
  skip?(name: string): boolean;
  /** Copies one file; `Deno.copyFile` by default. */
  copyFile?(from: string, to: string): Promise<void>;
}

/** Copies the regular files of a directory tree. */
export async function copyDirectory(
  source: string,
  target: string,
  options: CopyOptions = {},
): Promise<void> {
  const { skip, copyFile = Deno.copyFile } = options;
  await Deno.mkdir(target, { recursive: true, mode: 0o755 });
  const entries = await Array.fromAsync(Deno.readDir(source));
  await Promise.all(entries.map(async (entry) => {
    if (skip?.(entry.name)) return;
    const [from, to] = [join(source, entry.name), join(target, entry.name)];
    if (entry.isDirectory) await copyDirectory(from, to, options);
    else if (entry.isFile) await copyFile(from, to);
  }));
}
