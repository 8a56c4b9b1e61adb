/// <reference lib="dom" />
/** The client as an npm package, as an app gets it: packed, installed, built by Vite and run in a browser. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { startWebhookReceiver } from "../../../local/vendors/webhook_receiver.ts";
import { runDeno } from "../../../tools/run_deno.ts";
import { startBrowser } from "../../support/browser/browser.ts";
import { PASSWORD } from "../../support/people.ts";
import { usePlatform } from "../../support/platform.ts";
import { assertExportedOnce } from "../../support/runs.ts";
import { packedTarball } from "../../support/hosts/tarball.ts";
import { createTenant } from "../../support/tenant.ts";
import { type FreshProject, freshProject } from "./fresh_project.ts";
import { serveDirectory } from "./static_site.ts";

const EXAMPLES: Readonly<Record<string, (page: Page) => Promise<void>>> = {
  react: async (page) => {
    await page.getByRole("button", { name: "Sync now" }).click();
    await page.getByRole("status").getByText("succeeded").waitFor();
  },
  "plain-html": async (page) => {
    await page.locator("manual-sync-button").getByRole("button").click();
    await page.locator("sync-status-banner").getByText("The sync has succeeded").waitFor();
  },
};

Deno.test("the packed client is installed, built with Vite and run in a browser against the platform", async (t) => {
  await using project = await freshProject(Object.keys(EXAMPLES));

  await t.step(
    "an app gets compiled files alone, which import nothing that only Deno or Node knows",
    async () => {
      const installed = `${project.directory}/node_modules/sync-scheduler`;
      for await (const file of walk(`${installed}/dist`)) {
        assert.match(file, /(\.d\.ts|\.js)$/);
        const code = (await Deno.readTextFile(file)).replace(/\/\*[^]*?\*\//g, "");
        assert.doesNotMatch(code, /\bDeno\.|"npm:|"node:|"jsr:/, file);
        for (const [, path = ""] of code.matchAll(/(?:from|import)\s*\(?"(\.[^"]+)"/g)) {
          assert.match(path, /\.js$/, file);
        }
      }
      const npm = (...args: string[]) => runDeno(["run", "-A", "--quiet", "--no-config", ...args]);
      await npm("npm:publint@0.3.25", "--strict", installed);
      // ESM alone: what CommonJS and node10 cannot resolve is meant.
      await npm("npm:@arethetypeswrong/cli@0.18.5", await packedTarball(), "--profile", "esm-only");
    },
  );

  await t.step("its declarations hold without skipLibCheck", async () => {
    // Other packages have faults of their own there: what counts is that none is of ours.
    const said = await runDeno(
      ["run", "-A", "--quiet", "--no-config", "npm:typescript@6.0.3/tsc", "--skipLibCheck", "false"],
      { cwd: `${project.directory}/react` },
    ).then(() => "", (error: Error) => error.message);
    assert.doesNotMatch(said, /sync-scheduler\//);
    assert.doesNotMatch(said, /App\.tsx/);
  });

  await t.step("it is imported where there is no DOM, as by a server that renders", async () => {
    const file = `${project.directory}/server.js`;
    await Deno.writeTextFile(
      file,
      `import { ManualSyncController } from "sync-scheduler";
      import { ManualSyncButton } from "sync-scheduler/elements";
      import "sync-scheduler/elements/nb";
      if (typeof document !== "undefined") throw new Error("there is a DOM");
      globalThis.keep = [ManualSyncController, ManualSyncButton];`,
    );
    await runDeno(["run", "-A", "--quiet", "--no-config", "--node-modules-dir=manual", file], {
      cwd: project.directory,
    });
  });

  const platform = await usePlatform();
  await using database = platform.connect();
  await using running = await startBrowser();
  for (const [example, use] of Object.entries(EXAMPLES)) {
    await t.step(`the example ${example}, which has fewer than 40 lines`, async () => {
      await assertShort(project, example);
      await using receiver = await startWebhookReceiver();
      const tenant = await createTenant(database.sql, platform, { receiver, entries: 12 });
      const built = await project.build(example, {
        VITE_SUPABASE_URL: platform.apiUrl,
        VITE_SUPABASE_PUBLISHABLE_KEY: platform.publishableKey,
      });
      await using site = serveDirectory(built);
      const page = await running.browser.newPage();
      const faults: string[] = [];
      page.on("pageerror", (error) => faults.push(String(error)));
      await page.goto(site.url);
      await page.getByLabel("Email").fill(tenant.emails.coordinator);
      await page.getByLabel("Password").fill("wrong");
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByRole("alert").getByText("Invalid login credentials").waitFor();
      // React empties a form whose action has ended.
      await page.getByLabel("Email").fill(tenant.emails.coordinator);
      await page.getByLabel("Password").fill(PASSWORD);
      await page.getByRole("button", { name: "Sign in" }).click();
      await use(page);
      await page.close();
      assert.deepEqual(faults, []);
      await assertExportedOnce(database.sql, tenant.integrationId, receiver, 12);
    });
  }
});

async function assertShort({ directory }: FreshProject, example: string): Promise<void> {
  for await (const { name } of Deno.readDir(`${directory}/${example}`)) {
    if (!/\.(tsx|html)$/.test(name)) continue;
    const lines = (await Deno.readTextFile(`${directory}/${example}/${name}`)).split("\n").length;
    assert.ok(lines <= 40, `${example}/${name} has ${lines} lines`);
  }
}

async function* walk(directory: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    if (isDirectory) yield* walk(`${directory}/${name}`);
    else yield `${directory}/${name}`;
  }
}
