/** Tasks that cannot do what they are asked for say so at once, in words. */
import assert from "node:assert/strict";
import { root } from "../../../tools/run_deno.ts";

async function refusal(args: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", ...args],
    cwd: root,
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
  }).output();
  assert.notEqual(code, 0);
  return new TextDecoder().decode(stderr);
}

Deno.test("a path of tests that does not exist is no filter", async () => {
  const said = await refusal(["tools/run_tests.ts", "tests/nothing_test.ts"]);
  assert.match(said, /^There is no file or folder tests\/nothing_test\.ts\.\n/);
});

Deno.test("a TMPDIR that does not exist is named, without a stack", async () => {
  for (const task of ["local/demo.ts", "tools/run_tests.ts", "tools/mutate.ts"]) {
    const said = await refusal([task], { TMPDIR: "/no/such/folder" });
    assert.equal(said, "TMPDIR /no/such/folder does not exist: make it, or unset the variable.\n");
  }
});

Deno.test("a SUPABASE_DB_URL that leads nowhere is named, with what to do", async () => {
  const said = (SUPABASE_DB_URL: string, tool = "local/demo.ts") =>
    refusal([tool], { SUPABASE_DB_URL, SUPABASE_URL: "" });
  assert.match(
    await said("postgresql://postgres:x@127.0.0.1:1/postgres"),
    /^\nSUPABASE_DB_URL: Nothing listens at 127\.0\.0\.1:1\.\nMend that, or unset the variable /,
  );
  for (const url of ["nonsense", "postgresql://postgres:50%@127.0.0.1:1/postgres"]) {
    for (const tool of ["local/demo.ts", "tools/run_tests.ts"]) {
      const text = await said(url, tool);
      assert.match(text, /^\n?SUPABASE_DB_URL is not a URL of the form postgresql:\/\/.*\n$/, tool);
    }
  }
});
