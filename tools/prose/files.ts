import { join } from "node:path";
import { git } from "../git.ts";
import { type ProseFile, unitOf } from "./faults.ts";

/** Written by a tool, or never changed afterwards. */
const LEFT_OUT = /^supabase\/migrations\/|^src\/database_types\.ts$|^CHANGELOG\.md$/;

/**
 * Pages and folders that do not follow the rules yet. A change that rewrites one deletes its name here.
 */
const NOT_YET = [
  "supabase/schemas/30_functions/schedule",
];

/** Every file of the project that has prose, committed or new. */
export async function proseFiles(root: string): Promise<ProseFile[]> {
  const listed = await git(root, [
    "ls-files",
    "-z",
    "--cached",
    "--others",
    "--exclude-standard",
    "--deduplicate",
  ]);
  const paths = listed.split("\0").filter((path) =>
    /\.(md|sql|tsx?)$/.test(path) && !LEFT_OUT.test(path) &&
    !NOT_YET.some((unit) => `${unitOf(path)}/`.startsWith(`${unit}/`))
  );
  const read = paths.map(async (path) => {
    // A file that was deleted, and is not committed as such.
    const text = await Deno.readTextFile(join(root, path)).catch(() => "");
    return { path, text };
  });
  return await Promise.all(read);
}
