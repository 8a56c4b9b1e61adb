/**
 * What a developer does who takes the client into an app: a fresh project with the tarball, installed and built by npm.
 *
 * @module
 */
import { copyDirectory } from "../../../local/copy_directory.ts";
import { NPM } from "../../../tools/package/npm.ts";
import { root, runDeno } from "../../../tools/run_deno.ts";
import { packedTarball } from "../../support/hosts/tarball.ts";

/** A project directory that goes with the block. */
export interface FreshProject extends AsyncDisposable {
  readonly directory: string;
  /** Builds an example with its own script, and gives the directory of the result. */
  build(example: string, env: Readonly<Record<string, string>>): Promise<string>;
}

/** Copies examples into a fresh project and installs them, with the packed client. */
export async function freshProject(examples: readonly string[]): Promise<FreshProject> {
  const directory = await Deno.makeTempDir({ prefix: "sync_scheduler_fresh_project_" });
  const npm = (args: readonly string[], env = {}) =>
    runDeno(["run", "-A", "--quiet", "--no-config", NPM, ...args], {
      cwd: directory,
      env: {
        npm_config_fund: "false",
        npm_config_audit: "false",
        npm_config_update_notifier: "false",
        ...env,
      },
    });
  const remove = () => Deno.remove(directory, { recursive: true });
  try {
    const tarball = await packedTarball();
    for (const example of examples) {
      await copyDirectory(`${root}/examples/${example}`, `${directory}/${example}`);
    }
    // One workspace each, so that they share what is downloaded and each has what its own package.json says.
    const manifest = { name: "fresh", private: true, workspaces: examples };
    await Deno.writeTextFile(`${directory}/package.json`, JSON.stringify(manifest));
    await npm(["install", "--prefer-offline", "--workspaces", tarball]);
    return {
      directory,
      async build(example, env) {
        await npm(["run", "build", "--workspace", example], env);
        return `${directory}/${example}/dist`;
      },
      [Symbol.asyncDispose]: remove,
    };
  } catch (error) {
    await remove();
    throw error;
  }
}
