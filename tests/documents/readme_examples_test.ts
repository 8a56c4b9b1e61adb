/** The examples of the README, and of the package's own, run as they are. */
import assert from "node:assert/strict";
import { fileURLToPath, pathToFileURL } from "node:url";
import { startWebhookReceiver } from "../../local/vendors/webhook_receiver.ts";
import { root, runDeno } from "../../tools/run_deno.ts";
import { PASSWORD } from "../support/people.ts";
import { usePlatform } from "../support/platform.ts";
import { apiClient, type Client, createTenant } from "../support/tenant.ts";

const PAGES = ["README.md", "docs/guide.md", "src/client/README.md"];

/** What the examples take for granted. */
interface Scene {
  readonly SUPABASE_URL: string;
  readonly SUPABASE_PUBLISHABLE_KEY: string;
  readonly email: string;
  readonly password: string;
  readonly orgId: string;
  /** Signed in. */
  readonly supabase: Client;
  /** With the secret key. */
  readonly admin: Client;
  readonly yesterday: string;
  readonly today: string;
  readonly show: (...values: unknown[]) => void;
  readonly render: (...values: unknown[]) => void;
  readonly console: { log(...values: unknown[]): void };
}

const NAMES =
  "SUPABASE_URL, SUPABASE_PUBLISHABLE_KEY, email, password, orgId, supabase, admin, yesterday, today, " +
  "show, render, console";

/** One module with a function for each example; what they import is hoisted, and the package is its own source. */
function moduleOf(blocks: readonly string[]): string {
  const imports = new Set<string>();
  const bodies = blocks.map((block) =>
    block.replace(/^import [^;]+;\n/gm, (statement) => {
      imports.add(
        statement.replace('"sync-scheduler"', `"${pathToFileURL(`${root}/src/client/mod.ts`).href}"`),
      );
      return "";
    })
  );
  const names = new Map<string, string>();
  for (const statement of imports) {
    const [, list = "", from = ""] = /\{([^}]+)\} from ("[^"]+")/.exec(statement) ?? [];
    for (const name of list.split(",")) names.set(name.trim(), from);
  }
  const tenant = new URL("../support/tenant.ts", import.meta.url).href;
  return [
    ...[...names].map(([name, from]) => `import { ${name} } from ${from};`),
    `import type { Client } from "${tenant}";`,
    "interface Scene {",
    "  SUPABASE_URL: string; SUPABASE_PUBLISHABLE_KEY: string; email: string; password: string; orgId: string;",
    "  supabase: Client; admin: Client; yesterday: string; today: string;",
    "  show(...values: unknown[]): void; render(...values: unknown[]): void;",
    "  console: { log(...values: unknown[]): void };",
    "}",
    "export const examples: ((scene: Scene) => Promise<unknown>)[] = [",
    // A block within the function: what an example declares may have the name of what is there.
    ...bodies.map((body) => `async ({ ${NAMES} }) => {\nvoid [${NAMES}];\n{\n${body}\n}\n},`),
    "];",
  ].join("\n");
}

Deno.test("every example of the README has the right types and runs", async (t) => {
  const platform = await usePlatform();
  await using database = platform.connect();
  const texts = await Promise.all(PAGES.map((page) => Deno.readTextFile(`${root}/${page}`)));
  const blocks = texts.flatMap((text, n) =>
    [...text.matchAll(/^```ts ignore\n([^]*?)^```/gm)].map(([, code = ""]) => ({
      page: PAGES[n] ?? "",
      code,
    }))
  );
  const directory = await Deno.makeTempDir({ prefix: "sync_scheduler_readme_examples_" });
  try {
    const file = `${directory}/examples.ts`;
    await Deno.writeTextFile(file, moduleOf(blocks.map(({ code }) => code)));
    const config = fileURLToPath(new URL("../../deno.json", import.meta.url));
    await runDeno(["check", "--quiet", `--config=${config}`, file]);
    const { examples }: { examples: ((scene: Scene) => Promise<void>)[] } = await import(
      pathToFileURL(file).href
    );
    for (const [n, { page, code }] of blocks.entries()) {
      await t.step({
        name: `${page}: ${code.trim().split("\n").at(-1)}`,
        // A client of the example's own has a timer for its session.
        sanitizeOps: false,
        sanitizeResources: false,
        fn: async () => {
          await using receiver = await startWebhookReceiver();
          const tenant = await createTenant(database.sql, platform, { receiver, entries: 3 });
          const supabase = await tenant.signIn("admin");
          const shown: unknown[][] = [];
          await examples[n]?.({
            SUPABASE_URL: platform.apiUrl,
            SUPABASE_PUBLISHABLE_KEY: platform.publishableKey,
            email: tenant.emails.admin,
            password: PASSWORD,
            orgId: tenant.orgId,
            supabase,
            admin: apiClient(platform, platform.secretKey),
            yesterday: new Date(Date.now() - 86_400_000).toISOString(),
            today: new Date().toISOString(),
            show: (...values) => shown.push(values),
            render: (...values) => shown.push(values),
            console: { log: (...values) => shown.push(values) },
          });
          if (code.includes("watchRun")) {
            assert.equal(shown.flat().includes("succeeded"), true, String(shown));
          }
        },
      });
    }
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
