import { onShutdown } from "../../../local/lifecycle/shutdown.ts";
import type { TestName } from "../mutant.ts";

/** Only a hang takes so long. A test file that uses a platform takes half a minute, and more on a busy machine. */
const LIMIT_MS = 600_000;

/** Runs test files one after the other until one fails: that test, or null when all pass. */
export async function firstFailure(
  root: string,
  files: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<TestName | null> {
  for (const file of files) {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["test", "-A", "--no-check", "--fail-fast", file],
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
    if (isLate) return { file, test: "time limit" };
    if (code === 0) continue;
    const output = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    const test = /^(.+) => \S+:\d+:\d+$/m.exec(output)?.[1];
    return {
      file,
      test: test ?? output.split("\n").find((line) => line.startsWith("error: ")) ?? `exit code ${code}`,
    };
  }
  return null;
}
