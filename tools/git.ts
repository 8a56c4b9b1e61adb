/**
 * Runs git in a folder; throws with what it says when it fails.
 *
 * @example
 * ```ts ignore
 * const { out } = await git(root, ["status", "--porcelain"]);
 * ```
 */
export async function git(folder: string, args: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("git", {
    args: [...args],
    cwd: folder,
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(`git ${args[0]}: ${decoder.decode(stderr).trim()}`);
  return decoder.decode(stdout);
}
