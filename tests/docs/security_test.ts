/** `docs/security.md` names a test for each threat; here they are held to be there. */
import assert from "node:assert/strict";
import { root } from "../../tools/run_deno.ts";

Deno.test("every threat of docs/security.md names tests that are there", async () => {
  const page = await Deno.readTextFile(new URL("../../docs/security.md", import.meta.url));
  const threats = (page.split("## Threats")[1]?.split("\n## ")[0] ?? "").split("\n")
    .filter((line) => line.startsWith("| ")).slice(2);
  assert.ok(threats.length > 20, "the table is read");
  for (const line of threats) {
    const tests = [...line.matchAll(/`([\w/.-]+_test\.ts|[\w/.-]+\.test\.sql)`/g)];
    assert.ok(tests.length > 0, line);
    for (const [, file = ""] of tests) {
      assert.ok(await Deno.stat(`${root}/${file}`).then((found) => found.isFile, () => false), file);
    }
  }
});
