/** Codes of connectors that the database treats differently: renamed on one side, they would silently stop to be. */
import assert from "node:assert/strict";

const schemas = new URL("../../supabase/schemas/30_engine/", import.meta.url);
const connectors = new URL("../../supabase/functions/integration-sync/connectors/", import.meta.url);

async function readAll(directory: URL, ending: string): Promise<string> {
  const texts: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    if (isDirectory) texts.push(await readAll(new URL(`${name}/`, directory), ending));
    if (name.endsWith(ending) && !name.endsWith("_test.ts")) {
      texts.push(await Deno.readTextFile(new URL(name, directory)));
    }
  }
  return texts.join("\n");
}

Deno.test("every connector's code that the engine knows is one that a connector has", async () => {
  const known = (await readAll(schemas, ".sql")).matchAll(/'((?:xledger|business_central|webhook)_\w+)'/g);
  const codes = new Set(Array.from(known, ([, code]) => code));
  // A kind of alert.
  codes.delete("webhook_stopped");
  assert.ok(codes.size >= 8, [...codes].join());
  const source = await readAll(connectors, ".ts");
  assert.deepEqual([...codes].filter((code) => !source.includes(`"${code}"`)), []);
});
