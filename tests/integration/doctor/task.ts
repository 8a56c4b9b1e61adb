import { root } from "../../../tools/run_deno.ts";

/** Runs the task as a person does. */
export async function task(
  args: readonly string[],
  dbUrl: string,
): Promise<{ code: number; output: string; error: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", ...args],
    cwd: root,
    env: { NO_COLOR: "1", SUPABASE_DB_URL: dbUrl },
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, output: text(stdout), error: text(stderr) };
}
