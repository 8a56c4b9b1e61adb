import { fileURLToPath } from "node:url";

/** This checkout, with a slash at its end. */
export const root: string = fileURLToPath(new URL("../../../", import.meta.url));

/** Runs a task of a checkout to its end. */
export async function task(
  checkout: string,
  task: string | readonly string[],
  env: Record<string, string> = {},
): Promise<{ code: number; text: string }> {
  const output = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", ...[task].flat()],
    cwd: checkout,
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
  }).output();
  const text = new TextDecoder().decode(output.stdout) + new TextDecoder().decode(output.stderr);
  return { code: output.code, text };
}

/** A file's text; null if there is none. */
export async function read(file: string): Promise<string | null> {
  return await Deno.readTextFile(file).catch(() => null);
}
