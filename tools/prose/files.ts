import { join } from "node:path";
import { git } from "../git.ts";
import type { ProseFile } from "./faults.ts";

/** Written by a tool. */
const LEFT_OUT = /^supabase\/migrations\/|^src\/database_types\.ts$/;

/** Every file of the project that has prose, committed or new. */
export async function proseFiles(root: string): Promise<ProseFile[]> {
  const listed = await git(root, ["ls-files", "-z", "-c", "-o", "--exclude-standard", "--deduplicate"]);
  const paths = listed.split("\0").filter((path) => /\.(md|p?sql|tsx?)$/.test(path) && !LEFT_OUT.test(path));
  const read = paths.map(async (path) => {
    // A file that was deleted, and is not committed as such.
    const text = await Deno.readTextFile(join(root, path)).catch(() => "");
    return { path, text };
  });
  return await Promise.all(read);
}
