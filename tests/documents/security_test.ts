/** `docs/security.md` names a test for each threat and each point of the attack; here they are held to be there. */
import assert from "node:assert/strict";
import { root } from "../../tools/run_deno.ts";

for (const [heading, least] of [["Threats", 20], ["The points of the last attack", 11]] as const) {
  Deno.test(`every row of docs/security.md, ${heading}, names tests that are there`, async () => {
    const page = await Deno.readTextFile(new URL("../../docs/security.md", import.meta.url));
    const rows = (page.split(`## ${heading}`)[1]?.split("\n## ")[0] ?? "").split("\n")
      .filter((line) => line.startsWith("| ")).slice(2);
    assert.ok(rows.length >= least, "the table is read");
    for (const row of rows) {
      const tests = [...row.matchAll(/`([\w/.-]+_test\.ts|[\w/.-]+\.test\.sql)`/g)];
      assert.ok(tests.length > 0, row);
      for (const [, file = ""] of tests) {
        assert.ok(await Deno.stat(`${root}/${file}`).then((found) => found.isFile, () => false), file);
      }
    }
  });
}
