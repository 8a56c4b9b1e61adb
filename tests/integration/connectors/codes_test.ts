/** What a connector reports is acted on by class and `blames`: a new connector needs no change of the database. */
import assert from "node:assert/strict";
import { connectors } from "../../../supabase/functions/integration-sync/connectors/registry.ts";

const schemas = new URL("../../../supabase/schemas/", import.meta.url);

async function readSql(directory: URL): Promise<string> {
  const texts: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    if (isDirectory) texts.push(await readSql(new URL(`${name}/`, directory)));
    else if (name.endsWith(".sql")) texts.push(await Deno.readTextFile(new URL(name, directory)));
  }
  return texts.join("\n");
}

Deno.test("no SQL names a connector's code when it decides what a failure means", async () => {
  const prefixes = [...connectors.map(({ type }) => type), "business_central"].join("|");
  const named = (await readSql(schemas)).matchAll(new RegExp(`'((?:${prefixes})_\\w+)'`, "g"));
  // A kind of alert.
  assert.deepEqual([...new Set(Array.from(named, ([, code]) => code))], ["webhook_stopped"]);
});
