/** A project of npm that has installed the packed package, and how its app and the command line are run in Node. */
import { basename, join } from "node:path";
import { NPM } from "../../../tools/package/npm.ts";
import { root, runDeno } from "../../../tools/run_deno.ts";
import { packedTarball } from "../../support/hosts/tarball.ts";

/** In 20 there is no WebSocket. Both are supported. */
export const VERSIONS = { 20: "20.20.2", 22: "22.23.3" } as const;

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
export interface Project extends AsyncDisposable {
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
export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A project with the packed package, supabase-js in the version of the tests, `ws`, and both versions of Node. */
export async function nodeProject(): Promise<Project> {
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
