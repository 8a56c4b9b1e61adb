import assert from "node:assert/strict";
import { reasonInNorwegian } from "../../../src/client/messages/nb_reasons.ts";

const SCHEMAS = new URL("../../../supabase/schemas/", import.meta.url);

Deno.test("every reason that the database gives has its words in Norwegian", async () => {
  const reasons: string[] = [];
  for await (const file of sqlFiles(SCHEMAS)) {
    const text = await Deno.readTextFile(file);
    for (const call of callsOf(text, "raise_error").filter((call) => call.startsWith("'invalid_"))) {
      const [, json] = /"reason": "([^"]+)"/.exec(call) ?? [];
      const literals = call.split("'reason',")[1]?.matchAll(/'([^']+)'/g) ?? [];
      reasons.push(...json ? [json] : [], ...[...literals].map(([, literal = ""]) => literal));
    }
    if (!/raise_error/.test(text) || !/\breason := case|wrong text := case/.test(text)) continue;
    for (const [, reason = ""] of text.matchAll(/(?:then|format\()\s*'([^'{]+)'/g)) reasons.push(reason);
  }
  assert.ok(
    reasons.includes("out of range: %s to %s") && reasons.includes("longer than 366 days"),
    reasons.join("\n"),
  );
  const missing = reasons.filter((reason) => {
    const example = reason.replace("%s-%s/%s", "5-59/2").replaceAll("%s", "7");
    // One word, or an address, is the same in every language.
    return /^[a-z].*\w \w/.test(example) && reasonInNorwegian(example) === example;
  });
  assert.deepEqual(missing, [], "nb_reasons.ts has no words for these");
});

/** The text between the brackets of each call of a function. */
function callsOf(text: string, name: string): string[] {
  return text.split(`${name}(`).slice(1).map((rest) => {
    let depth = 1;
    const end = [...rest].findIndex((sign) => (depth += sign === "(" ? 1 : sign === ")" ? -1 : 0) === 0);
    return rest.slice(0, end);
  });
}

async function* sqlFiles(directory: URL): AsyncGenerator<URL> {
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    if (isDirectory) yield* sqlFiles(new URL(`${name}/`, directory));
    else if (name.endsWith(".sql")) yield new URL(name, directory);
  }
}
