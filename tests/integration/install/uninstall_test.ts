/** What an uninstall leaves in a host's folder. */
import assert from "node:assert/strict";
import { CONFIG } from "../../support/hosts/hosts.ts";
import { createProject, migrationsOf } from "../../support/hosts/project.ts";
import { ADAPTER, installed } from "./installed.ts";

Deno.test("uninstall takes the function and its block away; what was applied stays, and an install starts anew", async () => {
  await using project = await createProject();
  const before = await project.files();
  assert.match((await project.uninstall()).text, /The bundle is not installed there/);
  await installed(project, "--without-membership");
  const adapter = Object.keys(await project.files()).find((path) => ADAPTER.test(path)) ?? "";
  await project.write({ [adapter]: `${(await project.files())[adapter]}-- mine\n` });
  assert.equal((await project.uninstall()).code, 0);
  const out = await project.files();
  const left = Object.keys(out).filter((path) =>
    !path.startsWith("migrations/") && before[path] === undefined
  );
  assert.deepEqual(left, []);
  assert.equal(out["config.toml"], CONFIG);
  assert.equal(migrationsOf(out).at(-1), "uninstall");
  assert.match((await project.uninstall()).text, /The bundle is not installed there/);

  await installed(project, "--without-membership");
  const again = await project.files();
  const names = migrationsOf(again);
  const anew = names.slice(names.indexOf("uninstall") + 1);
  assert.deepEqual(anew, [...names.slice(0, names.indexOf("uninstall")), "restore"]);
  const adapters = Object.keys(again).filter((path) => ADAPTER.test(path));
  assert.equal(again[adapters[1] ?? ""], again[adapters[0] ?? ""], "the host's two functions are taken over");
  assert.match(await installed(project), /nothing to do/);
});

Deno.test("uninstall leaves no folder that the install has made", async () => {
  await using project = await createProject();
  await project.remove("functions");
  const folders = async () =>
    (await Array.fromAsync(Deno.readDir(`${project.directory}/supabase`)))
      .map(({ name }) => name).sort();
  const before = await folders();
  await installed(project);
  assert.equal((await project.uninstall()).code, 0);
  assert.deepEqual(await folders(), before);
});
