import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { root, runDeno } from "../../tools/run_deno.ts";
import type { Benchmark, Result } from "../benchmark.ts";
import { spread } from "../statistics.ts";

/** What the client may weigh, with its elements and Lit, without supabase-js. */
const BUDGET_KB = 18;

const CLIENT = JSON.stringify(join(root, "src/client/mod.ts"));
const ELEMENTS = JSON.stringify(join(root, "src/client/elements/mod.ts"));
const USED = "SyncSchedulerRepository, ManualSyncController";

/** What an app imports; `globalThis.keep` stands for its use of it. */
const APPS = {
  "library": `import { ${USED} } from ${CLIENT}; globalThis.keep = [${USED}];`,
  "library, both languages": `import { ${USED}, nb } from ${CLIENT}; globalThis.keep = [${USED}, nb];`,
  "library, elements and Lit":
    `import { ${USED} } from ${CLIENT}; import ${ELEMENTS}; globalThis.keep = [${USED}];`,
  "Lit alone":
    `import { html, LitElement, nothing, unsafeCSS } from "lit"; globalThis.keep = [html, LitElement, nothing, unsafeCSS];`,
} as const;
const SUPABASE = `import { createClient } from "@supabase/supabase-js"; globalThis.keep = createClient;`;

/** What a browser downloads: bundled, minified and gzipped. */
export const bundleSize: Benchmark = {
  name: "bundle-size",
  description: `what a browser downloads of the client (goal ${BUDGET_KB} KB with Lit), against supabase-js`,
  run: async ({ progress }) => {
    const directory = await Deno.makeTempDir({ prefix: "sync_scheduler_bundles_" });
    try {
      const supabase = await weigh(directory, SUPABASE);
      const results: Result[] = [];
      for (const [name, app] of Object.entries(APPS)) {
        progress(name);
        const kilobytes = await weigh(directory, app);
        results.push({
          benchmark: bundleSize.name,
          case: name,
          unit: "KB",
          measured: kilobytes,
          reference: supabase,
          ratio: spread([kilobytes / supabase]),
          // A ratio, as every goal: the budget in units of the reference.
          ...(name === "Lit alone" ? {} : { goal: { atMost: BUDGET_KB / supabase } }),
        });
      }
      return {
        results,
        notes: [
          `bundle-size is minified and gzipped (level 9), 1 KB = 1,000 bytes; the goal is ${BUDGET_KB} KB.`,
        ],
      };
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  },
};

/** Kilobytes of what the bundler makes of the app, gzipped. */
async function weigh(directory: string, app: string): Promise<number> {
  const [source, bundle] = [join(directory, "app.js"), join(directory, "bundle.js")];
  await Deno.writeTextFile(source, app);
  const config = `--config=${join(root, "deno.json")}`;
  await runDeno([
    "bundle",
    "--quiet",
    "--minify",
    "--platform=browser",
    config,
    `--output=${bundle}`,
    source,
  ]);
  return gzipSync(await Deno.readFile(bundle), { level: 9 }).length / 1000;
}
