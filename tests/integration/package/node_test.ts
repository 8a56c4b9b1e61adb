/** The packed package in Node: in 20, which has no WebSocket, and in 22. Both are supported. */
import assert from "node:assert/strict";
import { basename, join } from "node:path";
import { startPlatform } from "../../../local/platform.ts";
import { startWebhookReceiver } from "../../../local/vendors/webhook_receiver.ts";
import { NPM } from "../../../tools/package/npm.ts";
import { root, runDeno } from "../../../tools/run_deno.ts";
import { PASSWORD } from "../../support/people.ts";
import { usePlatform } from "../../support/platform.ts";
import { assertExportedOnce } from "../../support/runs.ts";
import { embeddedOnly } from "../../support/local_only.ts";
import { createProject } from "../../support/hosts/project.ts";
import { packedTarball } from "../../support/hosts/tarball.ts";
import { createTenant } from "../../support/tenant.ts";

const VERSIONS = { 20: "20.20.2", 22: "22.23.3" } as const;

/** What an app does, and what React Native does not have. */
const APP = `
import { createClient } from "@supabase/supabase-js";
import { SyncSchedulerRepository } from "sync-scheduler";
import WebSocket from "ws";
const { url, key, email, password, orgId, transport, isBare } = JSON.parse(process.argv[2]);
if (isBare) {
  delete AbortSignal.any;
  delete AbortSignal.prototype.throwIfAborted;
  delete Intl.RelativeTimeFormat;
  delete crypto.constructor.prototype.randomUUID;
  delete crypto.constructor.prototype.getRandomValues;
}
const supabase = createClient(url, key, transport ? { realtime: { transport: WebSocket } } : {});
await supabase.auth.signInWithPassword({ email, password });
const syncs = new SyncSchedulerRepository(supabase);
const { signal } = new AbortController();
const run = await syncs.triggerManualSync(orgId, "webhook", { signal });
let isLive = false;
const status = await new Promise((resolve, reject) => {
  let newest;
  syncs.followRun(run.run_id, {
    onRun: (run) => newest = run,
    onLive: (live) => isLive ||= live,
    onEnd: () => resolve(newest.status),
    onError: reject,
  });
});
const refused = await syncs.triggerManualSync(orgId, "webhook").catch(({ code, message }) => [code, message]);
console.log(JSON.stringify({ node: process.versions.node, status, isLive, refused }));
process.exit(0);
`;

/** The project, and how its app is run. */
interface Project extends AsyncDisposable {
  readonly directory: string;
  /** Runs the app. */
  run(version: keyof typeof VERSIONS, options: object): Promise<Outcome>;
  /** Runs the command line that is installed. */
  cli(
    version: keyof typeof VERSIONS,
    args: readonly string[],
    env?: Record<string, string>,
    /** Whose process it is, if root runs the tests; the same user's by default. */
    uid?: number,
  ): Promise<Outcome>;
  /** `npx ./sync-scheduler-VERSION.tgz`, in a folder that holds nothing else, in Node 20. */
  npx(folder: string, args: readonly string[]): Promise<Outcome>;
}

/** What a program printed, and its exit code. */
interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A project with the packed package, supabase-js in the version of the tests, `ws`, and both versions of Node. */
async function nodeProject(): Promise<Project> {
  const directory = await Deno.makeTempDir({ prefix: "sync_scheduler_node_" });
  const remove = () => Deno.remove(directory, { recursive: true });
  try {
    const { imports } = JSON.parse(await Deno.readTextFile(`${root}/deno.json`));
    const arch = Deno.build.arch === "x86_64" ? "x64" : "arm64";
    // npm has Node itself, under a name for each machine.
    const platform = Deno.build.os === "darwin" && arch === "arm64"
      ? "bin-darwin-arm64"
      : `${Deno.build.os}-${arch}`;
    const nodes = Object.entries(VERSIONS).map((
      [major, version],
    ) => [`node${major}`, `npm:node-${platform}@${version}`]);
    const tarball = await packedTarball();
    const manifest = {
      private: true,
      type: "module",
      dependencies: {
        ...Object.fromEntries(nodes),
        "@supabase/supabase-js": imports["@supabase/supabase-js"].split("@").at(-1),
        "sync-scheduler": `file:${tarball}`,
        ws: "8.18.3",
      },
    };
    await Deno.writeTextFile(`${directory}/package.json`, JSON.stringify(manifest));
    await Deno.writeTextFile(`${directory}/app.js`, APP);
    await runDeno([
      "run",
      "-A",
      "--quiet",
      "--no-config",
      NPM,
      "install",
      "--prefer-offline",
      "--ignore-scripts",
    ], {
      cwd: directory,
      env: { npm_config_fund: "false", npm_config_audit: "false", npm_config_update_notifier: "false" },
    });
    const bin = (version: keyof typeof VERSIONS) => `${directory}/node_modules/node${version}/bin`;
    const start = async (program: string, options: Deno.CommandOptions): Promise<Outcome> => {
      const { code, stdout, stderr } = await new Deno.Command(program, { stdin: "null", ...options })
        .output();
      return { code, out: new TextDecoder().decode(stdout), err: new TextDecoder().decode(stderr) };
    };
    return {
      directory,
      run: (version, options) =>
        start(`${bin(version)}/node`, { args: ["app.js", JSON.stringify(options)], cwd: directory }),
      cli: (version, args, env = {}, uid) =>
        start(`${bin(version)}/node`, {
          ...(uid === undefined ? {} : { uid, gid: uid }),
          args: ["node_modules/sync-scheduler/cli/main.js", ...args],
          cwd: directory,
          env: { NO_COLOR: "1", ...env },
        }),
      npx: async (folder, args) => {
        await Deno.copyFile(tarball, join(folder, basename(tarball)));
        return await start(Deno.execPath(), {
          args: [
            "run",
            "-A",
            "--quiet",
            "--no-config",
            `${NPM}/npx`,
            "--yes",
            `./${basename(tarball)}`,
            ...args,
          ],
          cwd: folder,
          env: {
            NO_COLOR: "1",
            PATH: `${bin(20)}:${Deno.env.get("PATH")}`,
            npm_config_update_notifier: "false",
          },
        });
      },
      [Symbol.asyncDispose]: remove,
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

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
      const told = JSON.parse(out);
      assert.equal(told.node, VERSIONS[version]);
      assert.deepEqual([told.status, told.isLive, told.refused[0]], ["succeeded", true, "rate_limited"]);
      assert.match(told.refused[1], /^There was a sync just now\. Try again in \d minutes\.$/);
      await assertExportedOnce(database.sql, tenant.integrationId, receiver, 5);
    });
  }
});
