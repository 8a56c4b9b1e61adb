import { onShutdown } from "../../../local/lifecycle/shutdown.ts";
import type { TestName } from "../mutant.ts";

/** Only a hang takes so long. A test file that uses a platform takes half a minute, and more on a busy machine. */
const LIMIT_MS = 600_000;

/** Runs test files in one process until one fails: that test, or null when all pass. */
export async function firstFailure(
  root: string,
  files: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<TestName | null> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["test", "-A", "--no-check", "--fail-fast", ...files],
    cwd: root,
    env: { ...env, NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let isLate = false;
  const end = () => child.kill("SIGTERM");
  const forget = onShutdown(async () => {
    end();
    await child.status;
  });
  const limit = setTimeout(() => {
    isLate = true;
    end();
  }, LIMIT_MS);
  const { code, stdout, stderr } = await child.output().finally(() => {
    clearTimeout(limit);
    forget();
  });
  const file = files[0] ?? "";
  if (isLate) return { file, test: "time limit" };
  if (code === 0) return null;
  const output = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  const found = /^(.+) => (?:\.\/)?([^\s:]+):\d+:\d+$/m.exec(output);
  // A helper that registers a test is named as its place: then the file is the one that ran last.
  const ran = [...output.matchAll(/^running \d+ tests? from (?:\.\/)?(\S+)$/gm)].at(-1)?.[1];
  const error = output.split("\n").find((line) => line.startsWith("error: "));
  return { file: ran ?? found?.[2] ?? file, test: found?.[1] ?? error ?? `exit code ${code}` };
}
