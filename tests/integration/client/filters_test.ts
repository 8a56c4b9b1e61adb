/** The library and the console name whose rows they read: without that, Postgres looks at all that a person may see. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { root } from "../../../tools/run_deno.ts";

const FOLDERS = ["src/client", "src/console"];
const NAMED = /\.eq\(\s*"(?:org_id|integration_id|run_id|user_id)",|\.or\(`org_id\.eq\.\$\{orgId\}/;

/** Each read of a table or view: from `.from("...")` to the end of the statement. */
function readsOf(source: string): string[] {
  return Array.from(source.matchAll(/\.from\(\s*"\w+"\)[^;]*;/g), ([read]) => read);
}

async function* sources(directory: string): AsyncGenerator<{ path: string; text: string }> {
  for await (const { name, isDirectory } of Deno.readDir(join(root, directory))) {
    const path = `${directory}/${name}`;
    if (isDirectory) yield* sources(path);
    else if (/(?<!_test)\.tsx?$/.test(name)) yield { path, text: await Deno.readTextFile(join(root, path)) };
  }
}

Deno.test("a read without an organisation, integration, run or person is found", () => {
  const [all, own] = readsOf(
    'const a = supabase.from("t").select().eq("status", "failed");\nreturn b.from("t").select().eq("org_id", o);',
  );
  assert.doesNotMatch(all ?? "", NAMED);
  assert.match(own ?? "", NAMED);
});

Deno.test("every read of the library and the console names the organisation, integration, run or person", async () => {
  let reads = 0;
  for (const folder of FOLDERS) {
    for await (const { path, text } of sources(folder)) {
      for (const read of readsOf(text)) {
        reads++;
        assert.match(read, NAMED, `${path}: ${read}`);
      }
    }
  }
  assert.ok(reads >= 6, `${reads} reads: where are the others?`);
});

Deno.test("every read of a list of runs names the organisation", async () => {
  for (const folder of FOLDERS) {
    for await (const { path, text } of sources(folder)) {
      for (const read of readsOf(text).filter((each) => /^\.from\(\s*"sync_run_log"/.test(each))) {
        assert.match(read, /\.eq\("org_id", |\.eq\("run_id", /, `${path}: ${read}`);
      }
    }
  }
});
