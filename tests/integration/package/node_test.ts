/** The packed package in Node: in 20, which has no WebSocket, and in 22. Both are supported. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { startPlatform } from "../../../local/platform.ts";
import { startWebhookReceiver } from "../../../local/vendors/webhook_receiver.ts";
import { root } from "../../../tools/run_deno.ts";
import { createProject } from "../../support/hosts/project.ts";
import { embeddedOnly } from "../../support/local_only.ts";
import { PASSWORD } from "../../support/people.ts";
import { usePlatform } from "../../support/platform.ts";
import { assertExportedOnce } from "../../support/runs.ts";
import { createTenant } from "../../support/tenant.ts";
import { nodeProject, VERSIONS } from "./node_project.ts";

Deno.test("the packed package runs in Node", async (t) => {
  await using project = await nodeProject();
  const platform = await usePlatform();
  await using database = platform.connect();

  await t.step(
    "npx brings the bundle into a project from the tarball, in Node 20, as the checkout does",
    async () => {
      await using byNpx = await createProject();
      await using byCheckout = await createProject();
      const { code, out, err } = await project.npx(join(byNpx.directory), ["install"]);
      assert.equal(code, 0, out + err);
      assert.match(out, /^\d+ files changed$/m);
      assert.equal((await byCheckout.install()).code, 0);
      const named = async (files: Promise<Record<string, string>>) =>
        Object.fromEntries(
          // The versions are those of the time.
          Object.entries(await files).map(([path, text]) => [path.replace(/^migrations\/\d{14}/, ""), text]),
        );
      assert.deepEqual(await named(byNpx.files()), await named(byCheckout.files()));

      const workdir = ["--workdir", byNpx.directory];
      assert.match((await project.cli(20, ["upgrade", ...workdir])).out, /nothing to do/);
      assert.equal((await project.cli(22, ["uninstall", ...workdir])).code, 0);
      assert.deepEqual(
        await project.cli(22, ["upgrade", ...workdir]),
        { code: 1, out: "", err: "The bundle is not installed there: use `install`.\n" },
      );
    },
  );

  await t.step({
    name: "it needs no rights but those on the project: another user installs, and is refused without them" +
      (Deno.uid() === 0 ? "" : " (skipped: only root can start it as another user)"),
    ignore: Deno.uid() !== 0,
    fn: async () => {
      const NOBODY = 65_534;
      // The package itself stays root's: nothing is written next to it.
      await Deno.chmod(project.directory, 0o755);
      await using host = await createProject();
      await Deno.chmod(host.directory, 0o755);
      const install = () =>
        project.cli(20, ["install", "--workdir", host.directory], { HOME: "/nonexistent" }, NOBODY);
      const before = await host.files();
      const refused = await install();
      assert.deepEqual([refused.code, refused.out], [1, ""]);
      assert.match(refused.err, /^\S+ cannot be written: EACCES: .*\. Fix that; nothing was changed\.\n$/);
      assert.deepEqual(await host.files(), before);

      const give = async (path: string): Promise<void> => {
        await Deno.chown(path, NOBODY, NOBODY);
        if (!(await Deno.stat(path)).isDirectory) return;
        for await (const { name } of Deno.readDir(path)) await give(join(path, name));
      };
      await give(host.directory);
      const done = await install();
      assert.equal(done.code, 0, done.err);
      const { uid } = await Deno.stat(join(host.directory, "supabase/functions/integration-sync/index.ts"));
      assert.equal(uid, NOBODY);
    },
  });

  await t.step({
    ...embeddedOnly("the doctor finds a platform in order"),
    fn: async () => {
      // One of its own: other tests leave things in the shared one that the doctor has to report.
      await using fresh = await startPlatform({ seed: false });
      for (const version of [20, 22] as const) {
        const env = { SUPABASE_DB_URL: fresh.dbUrl };
        const { code, out, err } = await project.cli(version, ["doctor", "--json", "--read-only"], env);
        const findings: { status: string }[] = JSON.parse(out);
        assert.deepEqual([code, findings.filter(({ status }) => status === "FAIL"), err], [0, [], ""]);
      }
    },
  });

  await t.step("a person starts a sync from the command line and sees it, in Node 20 and 22", async () => {
    for (const version of [20, 22] as const) {
      await using receiver = await startWebhookReceiver();
      const tenant = await createTenant(database.sql, platform, { receiver, entries: 3 });
      const env = {
        SUPABASE_URL: platform.apiUrl,
        SUPABASE_PUBLISHABLE_KEY: platform.publishableKey,
        SYNC_SCHEDULER_PASSWORD: PASSWORD,
      };
      const as = ["--email", tenant.emails.coordinator];
      const run = await project.cli(version, ["trigger", tenant.orgId, "webhook", "--wait", ...as], env);
      assert.deepEqual([run.code, run.err], [0, ""]);
      await assertExportedOnce(database.sql, tenant.integrationId, receiver, 3);
      const status = await project.cli(version, ["status", tenant.orgId, ...as], env);
      assert.equal(status.code, 0, status.err);
      assert.match(status.out, / manual +succeeded +3\/3 /);
    }
  });

  await t.step(
    "in Node 20 supabase-js names what is missing, and the package's page the way out",
    async () => {
      const options = { url: platform.apiUrl, key: platform.publishableKey };
      const { code, err } = await project.run(20, options);
      assert.notEqual(code, 0);
      assert.match(err, /Node\.js 22/);
      const page = await Deno.readTextFile(`${root}/src/client/README.md`);
      assert.match(
        page.replaceAll(/\s+/g, " "),
        /In Node 20 give it one, .*: `createClient\(url, key, { realtime: { transport: WebSocket } }\)`/,
      );
    },
  );

  for (
    const [name, version, options] of [
      ["in Node 20 with a WebSocket of its own", 20, { transport: true }],
      ["in Node 22", 22, {}],
      ["where all is missing that React Native does not have", 20, { transport: true, isBare: true }],
    ] as const
  ) {
    await t.step(`it starts a sync and follows it live: ${name}`, async () => {
      await using receiver = await startWebhookReceiver();
      const tenant = await createTenant(database.sql, platform, {
        receiver,
        entries: 5,
        config: { batch_size: 1 },
      });
      const { code, out, err } = await project.run(version, {
        url: platform.apiUrl,
        key: platform.publishableKey,
        email: tenant.emails.coordinator,
        password: PASSWORD,
        orgId: tenant.orgId,
        ...options,
      });
      assert.equal(code, 0, err);
      const reported = JSON.parse(out);
      assert.equal(reported.node, VERSIONS[version]);
      assert.deepEqual([reported.status, reported.isLive, reported.refused[0]], [
        "succeeded",
        true,
        "rate_limited",
      ]);
      assert.match(reported.refused[1], /^There was a sync just now\. Try again in \d minutes\.$/);
      await assertExportedOnce(database.sql, tenant.integrationId, receiver, 5);
    });
  }
});
