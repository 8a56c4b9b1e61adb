/** The examples of `docs/reference/api.md` run: what they print is what the comments behind them say. */
import assert from "node:assert/strict";
import { fileURLToPath, pathToFileURL } from "node:url";
import { startWebhookReceiver } from "../../local/vendors/webhook_receiver.ts";
import { runDeno } from "../../tools/run_deno.ts";
import { usePlatform } from "../support/platform.ts";
import { apiClient, type Client, createTenant } from "../support/tenant.ts";
import { type ApiExample, apiExamples, readPage } from "./api_page.ts";
import { type Given, GIVENS } from "./givens.ts";

/** What every example may use. */
interface Scene extends Given {
  readonly admin: Client;
  readonly coordinator: Client;
  readonly viewer: Client;
  readonly backend: Client;
  readonly org_id: string;
  readonly console: { log(...values: unknown[]): void };
}

type Run = (scene: Scene) => Promise<void>;

const NAMES = "admin, coordinator, viewer, backend, org_id, run_id, alert_id, from, to, console";

/** One module with a function for each example, so that types are checked once for all. */
function moduleOf(examples: readonly ApiExample[]): string {
  const tenant = new URL("../support/tenant.ts", import.meta.url).href;
  return [
    `import type { Client } from "${tenant}";`,
    "interface Scene {",
    "  admin: Client; coordinator: Client; viewer: Client; backend: Client;",
    "  org_id: string; run_id: string; alert_id: string; from: string; to: string;",
    "  console: { log(...values: unknown[]): void };",
    "}",
    "export const examples: ((scene: Scene) => Promise<void>)[] = [",
    ...examples.map(({ code }) => `async ({ ${NAMES} }) => {\nvoid [${NAMES}];\n${code}},`),
    "];",
  ].join("\n");
}

/** The comments behind `console.log`. */
function promised(code: string): string[] {
  return [...code.matchAll(/console\.log\(.*?\); \/\/ (.+)$/gm)].map(([, text = ""]) => text);
}

function print(values: readonly unknown[]): string {
  return values.map((value) => typeof value === "string" ? value : JSON.stringify(value)).join(" ");
}

Deno.test("every example of docs/reference/api.md has the right types and prints what it says", async (t) => {
  const platform = await usePlatform();
  await using database = platform.connect();
  const examples = apiExamples(await readPage());
  const directory = await Deno.makeTempDir({ prefix: "sync_scheduler_api_examples_" });
  try {
    const file = `${directory}/examples.ts`;
    await Deno.writeTextFile(file, moduleOf(examples));
    const config = fileURLToPath(new URL("../../deno.json", import.meta.url));
    await runDeno(["check", "--quiet", `--config=${config}`, file]);
    const { examples: runs }: { examples: Run[] } = await import(pathToFileURL(file).href);

    for (const [n, { section, code, given }] of examples.entries()) {
      await t.step(section, async () => {
        await using receiver = await startWebhookReceiver();
        const tenant = await createTenant(database.sql, platform, { receiver, entries: 2 });
        const [admin, coordinator, viewer] = await Promise.all([
          tenant.signIn("admin"),
          tenant.signIn("coordinator"),
          tenant.signIn("viewer"),
        ]);
        const prepare = given === null ? undefined : GIVENS[given];
        assert.equal(prepare === undefined, given === null, `given: ${given}`);
        const printed: string[] = [];
        const backend = apiClient(platform, platform.secretKey);
        await runs[n]?.({
          admin,
          coordinator,
          viewer,
          backend,
          org_id: tenant.orgId,
          run_id: "",
          alert_id: "",
          from: "",
          to: "",
          ...await prepare?.(database.sql, tenant),
          console: { log: (...values) => printed.push(print(values)) },
        });
        await Promise.all(
          [admin, coordinator, viewer, backend].map((client) => client.realtime.disconnect()),
        );
        assert.deepEqual(printed, promised(code));
      });
    }
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
