/** What an install writes for a host with its own organisations. Databases are in own_membership_test.ts. */
import assert from "node:assert/strict";
import { createProject, migrationsOf } from "../../support/hosts/project.ts";
import { ADAPTER, installed } from "./installed.ts";

Deno.test("--without-membership brings two functions instead, which stay the host's whatever comes", async () => {
  await using project = await createProject();
  assert.match(
    await installed(project, "--without-membership"),
    /1\. Say in both functions where your organisations are:\n +\$EDITOR supabase\/migrations\/\d+_sync_scheduler_membership_adapter\.sql\n/,
  );
  const once = await project.files();
  assert.deepEqual(migrationsOf(once).slice(0, 4), ["setup", "tables", "membership_adapter", "functions"]);
  assert.ok(!Object.values(once).some((text) => /create table public\.organi[sz]ation/.test(text)));

  const adapter = Object.keys(once).find((path) => ADAPTER.test(path)) ?? "";
  await project.write({ [adapter]: (once[adapter] ?? "").replace("return false;", "return true;") });
  const edited = await project.files();
  assert.match(await installed(project), /nothing to do/);
  assert.match(await installed(project, "--without-membership", "--force"), /nothing to do/);
  assert.deepEqual(await project.files(), edited);
});

Deno.test("--without-membership is refused where organisations were installed", async () => {
  await using project = await createProject();
  await installed(project);
  const { code, text } = await project.install(["--without-membership"]);
  assert.equal(code, 1);
  assert.match(text, /was installed with its own organisations/);
});
