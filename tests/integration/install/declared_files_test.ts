/** What an install writes for a host with declarative schemas. Databases are in declared_schemas_test.ts. */
import assert from "node:assert/strict";
import { type Bundle, readBundle } from "../../../cli/bundle/bundle.ts";
import { checkoutAt } from "../../../cli/bundle/checkout.ts";
import { applyChanges } from "../../../cli/install/apply.ts";
import { readHost } from "../../../cli/install/host.ts";
import { planInstall } from "../../../cli/install/plan.ts";
import type { Plan } from "../../../cli/install/plan_types.ts";
import { planUninstall } from "../../../cli/install/uninstall.ts";
import { root } from "../../../cli/root.ts";
import { CONFIG } from "../../support/hosts/hosts.ts";
import { createProject, type Project } from "../../support/hosts/project.ts";

const MINE = { "schemas/mine.sql": "create table a ();\n" };
const PATHS = (...paths: string[]) =>
  `\n[db.migrations]\nschema_paths = ${JSON.stringify(paths)} # in this order\n`;

const checkout = checkoutAt(root);
let ours: Promise<Bundle> | undefined;

/** Installs as the command does, in this process. */
async function install(
  project: Project,
  { withoutMembership = false, edited = "refuse" }: {
    withoutMembership?: boolean;
    edited?: "refuse" | "overwrite";
  } = {},
): Promise<Plan> {
  const bundle = await (ours ??= readBundle(checkout));
  const host = await readHost(project.directory);
  const options = {
    withoutMembership,
    edited,
    now: new Date(),
    adapter: "select 1;\n",
    restore: "select 1;\n",
  };
  const plan = planInstall(bundle, host, options);
  await applyChanges(host.supabase, plan.changes);
  return plan;
}

async function uninstall(project: Project, dropData: boolean): Promise<void> {
  const host = await readHost(project.directory);
  const bundle = await (ours ??= readBundle(checkout));
  const { changes } = await planUninstall(checkout, bundle, host, {
    dropData,
    edited: "refuse",
    now: new Date(),
  });
  await applyChanges(host.supabase, changes);
}

/** The bundle's declared files, by path. */
async function declared(project: Project): Promise<string[]> {
  return Object.keys(await project.files()).filter((path) => path.includes("sync_scheduler/")).sort();
}

Deno.test("a host without declared files gets none, and neither does one whose folder is empty", async () => {
  for (const files of [{}, { "schemas/README.md": "Nothing yet.\n" }]) {
    await using project = await createProject(files);
    await install(project);
    assert.deepEqual(await declared(project), []);
  }
});

Deno.test("declared files go where the CLI looks, are known again, and sort as the migrations are composed", async () => {
  const cases = [
    { at: "schemas", config: CONFIG },
    { at: "database", config: `${CONFIG}\n[experimental.pgdelta]\ndeclarative_schema_path = "./database"\n` },
    { at: "schemas", config: CONFIG + PATHS("./schemas/*.sql"), adds: "./schemas/sync_scheduler/*.sql" },
    { at: "schemas", config: CONFIG + PATHS("./schemas") },
    { at: "schemas", config: CONFIG + PATHS("./schemas/*/*.sql") },
    { at: "sql", config: CONFIG + PATHS("./sql/a.sql", "./sql/*.sql"), adds: "./sql/sync_scheduler/*.sql" },
  ];
  for (const { at, config, adds } of cases) {
    await using project = await createProject({
      "config.toml": config,
      [`${at}/mine.sql`]: "create table a ();\n",
    });
    await install(project);
    const paths = await declared(project);
    const folders = paths.map((path) => path.replace(`${at}/sync_scheduler/`, ""));
    assert.equal(folders[0], "00_setup.sql", config);
    assert.ok(folders.includes("20_membership.sql") && folders.length >= 6, config);
    const files = await project.files();
    assert.ok(!/^insert into/m.test(paths.map((path) => files[path]).join("\n")));
    const text = files["config.toml"] ?? "";
    assert.equal(text.includes("sync_scheduler"), adds !== undefined, config);
    if (adds !== undefined) assert.ok(text.includes(`"${adds}"] # in this order`), text);
    assert.deepEqual((await install(project)).changes, []);

    await uninstall(project, false);
    assert.deepEqual(await declared(project), [...paths, `${at}/sync_scheduler/99_uninstall.sql`]);
    await install(project);
    assert.deepEqual(await declared(project), paths);
  }
});

Deno.test("data that is dropped is declared no longer; the host's own extensions are not declared twice", async () => {
  const config = CONFIG + PATHS("./schemas/*.sql");
  const extensions =
    "create extension pg_net;\ncreate extension if not exists pg_cron;\nCREATE EXTENSION supabase_vault;\n";
  for (
    const [mine, left] of [["create table a ();\n", ["schemas/sync_scheduler/extensions.sql"]], [
      extensions,
      [],
    ]] as const
  ) {
    await using project = await createProject({ "config.toml": config, "schemas/mine.sql": mine });
    await install(project);
    await uninstall(project, true);
    assert.deepEqual(await declared(project), left);
    const files = await project.files();
    if (left.length === 0) assert.equal(files["config.toml"], config);
    else assert.match(files[left[0] ?? ""] ?? "", /^create extension if not exists pg_cron/m);
  }
});

Deno.test("declared files that were edited are refused; the host's two functions stay as they are", async () => {
  await using project = await createProject(MINE);
  await install(project, { withoutMembership: true });
  const once = await project.files();
  const [tables, adapter] = ["10_tables", "20_membership_adapter"].map((name) =>
    `schemas/sync_scheduler/${name}.sql`
  );
  assert.ok(tables !== undefined && adapter !== undefined);
  await project.write({ [adapter]: `${once[adapter]}-- mine\n` });
  assert.deepEqual((await install(project)).changes, []);
  await project.write({ [tables]: `${once[tables]}-- mine\n` });
  await assert.rejects(
    install(project),
    /were edited [^]*supabase\/schemas\/sync_scheduler\/10_tables\.sql\n/,
  );
  await install(project, { edited: "overwrite" });
  assert.deepEqual(await project.files(), { ...once, [adapter]: `${once[adapter]}-- mine\n` });
});

Deno.test("a host whose declared files were generated from the database declares the bundle itself", async () => {
  await using project = await createProject({
    "schemas/cluster/schemas.sql": 'CREATE SCHEMA "sync_scheduler";\n',
  });
  assert.match((await install(project)).notes.join(), /`supabase db schema declarative generate`/);
  assert.deepEqual(await declared(project), []);
});
