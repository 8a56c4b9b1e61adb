/** Projects that are laid out as people lay them out: links, private files, files that are not what they seem. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { CONFIG } from "../../support/hosts/hosts.ts";
import { root } from "../../../tools/run_deno.ts";
import { createProject, type Project } from "../../support/hosts/project.ts";

const isWindows = Deno.build.os === "windows";
const SHIPPED = "functions/integration-sync/core/retry.ts";

async function run(project: Project, code: number, ...args: string[]): Promise<string> {
  const result = await project.install(args);
  assert.equal(result.code, code, result.text);
  return result.text;
}

Deno.test({
  name:
    "what was a link stays one, and what only its owner could read: config.toml, and a folder of functions",
  // Links and rights are others there.
  ignore: isWindows,
  fn: async () => {
    await using project = await createProject();
    const supabase = join(project.directory, "supabase");
    const [real, functions] = [join(project.directory, "real.toml"), join(project.directory, "functions")];
    await Deno.rename(join(supabase, "config.toml"), real);
    await Deno.chmod(real, 0o600);
    await Deno.symlink("../real.toml", join(supabase, "config.toml"));
    await Deno.rename(join(supabase, "functions"), functions);
    await Deno.symlink("../functions", join(supabase, "functions"));

    await run(project, 0);
    assert.match(await Deno.readTextFile(real), /^\[functions\.integration-sync\]$/m);
    assert.equal(((await Deno.stat(real)).mode ?? 0) & 0o777, 0o600);
    await Deno.stat(join(functions, "integration-sync", "index.ts"));
    assert.match(await run(project, 0), /nothing to do/);

    assert.equal((await project.uninstall()).code, 0);
    assert.equal(await Deno.readTextFile(real), CONFIG);
    for (const name of ["config.toml", "functions"]) {
      assert.ok((await Deno.lstat(join(supabase, name))).isSymlink, name);
    }
    await assert.rejects(Deno.stat(join(functions, "integration-sync")), Deno.errors.NotFound);
  },
});

Deno.test({
  name: "links that lead in circles or nowhere, among a host's functions, are the host's business",
  ignore: isWindows,
  fn: async () => {
    await using project = await createProject();
    const functions = join(project.directory, "supabase", "functions");
    for (const name of ["circle", "another", "hello/nowhere.ts"]) {
      await Deno.symlink(name.endsWith(".ts") ? "nowhere.ts" : ".", join(functions, name));
    }
    await run(project, 0);
    assert.match(await run(project, 0), /nothing to do/);
  },
});

Deno.test("a host's copy of a shipped file, in a function of the host's own, is left alone, edited or not", async () => {
  await using project = await createProject();
  await run(project, 0);
  const shipped = (await project.files())[SHIPPED] ?? "";
  const copies = {
    "functions/hello/retry.ts": shipped,
    "functions/hello/own_retry.ts": `${shipped}// mine\n`,
  };
  await project.write(copies);
  assert.match(await run(project, 0), /nothing to do/);
  assert.equal((await project.uninstall()).code, 0);
  const left = await project.files();
  for (const [path, text] of Object.entries(copies)) assert.equal(left[path], text);
});

Deno.test("a file that cannot be read is named in a sentence, and nothing is changed", async () => {
  await using project = await createProject();
  const supabase = join(project.directory, "supabase");
  await Deno.writeFile(join(supabase, "config.toml"), Uint8Array.from([0x23, 0xe5, 0x0a]));
  assert.match(
    await run(project, 1),
    /^\S+config\.toml is not UTF-8, as TOML has to be; save it so first\.\n$/,
  );
  await project.write({ "config.toml": CONFIG, "migrations/20250102000000_folder.sql/a.txt": "" });
  const before = await project.files();
  assert.match(await run(project, 1), /^\S+_folder\.sql cannot be read: .* nothing was changed\.\n$/);
  await project.remove("migrations");
  await project.write({ "migrations": "a file" });
  assert.match(await run(project, 1), /^\S+migrations cannot be read: .* nothing was changed\.\n$/);
  assert.equal((await project.files())["config.toml"], before["config.toml"]);
});

Deno.test("a dry run whose reader has seen enough ends without an error", async () => {
  await using project = await createProject();
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "cli/main.ts", "install", "--workdir", project.directory, "--diff"],
    cwd: root,
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  // The diff is larger than a pipe holds: the rest of it meets a closed one.
  const reader = child.stdout.getReader();
  await reader.read();
  await reader.cancel();
  const text = await new Response(child.stderr).text();
  assert.deepEqual([(await child.status).code, text], [0, ""]);
});
