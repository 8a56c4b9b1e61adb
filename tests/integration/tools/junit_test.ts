import assert from "node:assert/strict";
import { join } from "node:path";
import { countJunit, readFailures } from "../../../tools/junit.ts";

/** Runs the real `deno test`, so that a change of Deno's report does not go unnoticed. */
async function denoTest(source: string, ...args: string[]): Promise<{ code: number; report: string }> {
  const directory = await Deno.makeTempDir({ prefix: "junit_test_" });
  try {
    await Deno.writeTextFile(join(directory, "a_test.ts"), source);
    const report = join(directory, "report.xml");
    const { code } = await new Deno.Command(Deno.execPath(), {
      args: [
        "test",
        "--no-check",
        "--no-config",
        "--no-lock",
        `--junit-path=${report}`,
        ...args,
        join(directory, "a_test.ts"),
      ],
      stdout: "null",
      stderr: "null",
    }).output();
    return { code, report: await Deno.readTextFile(report) };
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

const SOURCE = `
  Deno.test("passes", () => {});
  Deno.test("fails in a step", async (t) => {
    await t.step("fine & <good> ]]> \\u0007", () => {});
    await t.step("bad", () => { throw new Error("& <bad> ]]> \\u001b[31m \\u0000"); });
  });
  Deno.test({ name: "is ignored", ignore: true, fn() {} });
`;

let whole: ReturnType<typeof denoTest> | undefined;
/** The report of all of it, which two tests read. */
const wholeReport = () => whole ??= denoTest(SOURCE);

Deno.test("counts tests and steps of a real report", async () => {
  const { code, report } = await wholeReport();
  assert.equal(code, 1);
  assert.deepEqual(countJunit(report), { passed: 2, failed: 2, skipped: 1 });
});

Deno.test("reports what failed of a real report, and why", async () => {
  const { report } = await wholeReport();
  const [failure, ...others] = readFailures(report);
  assert.deepEqual(others, [], "not once more for the test whose step it is");
  assert.match(failure?.name ?? "", /a_test\.ts: fails in a step > bad$/);
  assert.match(failure?.text ?? "", /^Error: & <bad> \]\]> .*\n.*\n.*\n +at .*a_test\.ts:5:/);
});

Deno.test("does not count what a filter left out", async () => {
  const { code, report } = await denoTest(SOURCE, "--filter", "passes");
  assert.equal(code, 0);
  assert.deepEqual(countJunit(report), { passed: 1, failed: 0, skipped: 0 });
});
