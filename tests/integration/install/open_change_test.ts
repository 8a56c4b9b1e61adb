/** A released checkout in which the next change is open: the hard case, a new value of an enum that an index uses. */
import assert from "node:assert/strict";
import { type CheckoutCopy, copyCheckout, copyReleased } from "../../support/hosts/checkout.ts";
import { type HostProject, runCli, useHosts } from "../../support/hosts/hosts.ts";
import { embeddedOnly } from "../../support/local_only.ts";
import { createProject } from "../../support/hosts/project.ts";

const TYPES = "supabase/schemas/00_setup/types.sql";
const TABLE = "supabase/schemas/10_tables/sync_integrations.sql";
const INDEX =
  "create index replacing_integrations on public.sync_integrations (org_id) where overlap_policy = 'replace';\n";

/** Opens a change and edits the schemas; `ending` ends the migration that adds the value, or does not. */
async function openChange(copy: CheckoutCopy, ending: string): Promise<void> {
  const path = await copy.openChange("replace");
  const types = await copy.read(TYPES);
  await copy.write(TYPES, types.replace("('skip', 'buffer_one')", "('skip', 'buffer_one', 'replace')"));
  assert.notEqual(await copy.read(TYPES), types);
  await copy.write(TABLE, `${await copy.read(TABLE)}${INDEX}`);
  const type = "public.sync_overlap_policy";
  await copy.write(path, `-- for type ${type}\nalter type ${type} add value 'replace';\n${ending}`);
  await copy.compose();
}

async function install(copy: CheckoutCopy, host: HostProject): Promise<void> {
  const { code, text } = await runCli(copy.directory, ["install", "--workdir", host.directory]);
  assert.equal(code, 0, text);
  await host.push();
}

Deno.test({
  ...embeddedOnly(
    "a value that is added to an enum is used by an index in the next migration of the same release",
  ),
  fn: async () => {
    await using copy = await copyReleased();
    const hosts = await useHosts();
    const [host, fresh] = [await hosts.create(), await hosts.create()];
    await install(copy, host);
    await openChange(copy, "-- next migration\n");
    await copy.release("0.2.0");
    await install(copy, host);
    await install(copy, fresh);
    // The jobs' ids differ, for each database has its own.
    const difference = (await hosts.difference(fresh, host)).split("\n");
    assert.deepEqual(difference.filter((line) => /overlap_policy|replac/.test(line)), []);
    const [index] = await host
      .sql`select indexdef from pg_indexes where indexname = 'replacing_integrations'`;
    assert.match(index?.["indexdef"] ?? "", /'replace'::sync_overlap_policy/);
  },
});

Deno.test({
  ...embeddedOnly("the same in one migration is refused by Postgres, and changes nothing"),
  fn: async () => {
    await using copy = await copyReleased();
    const hosts = await useHosts();
    const host = await hosts.create();
    await install(copy, host);
    await openChange(copy, "");
    await copy.release("0.2.0");
    await assert.rejects(install(copy, host), /55P04|unsafe use of new value/);
    const [{ values } = {}] = await host
      .sql`select enum_range(null::public.sync_overlap_policy)::text as values`;
    assert.equal(values, "{skip,buffer_one}");
  },
});

Deno.test("a checkout with releases and an open change is copied as one without, and releases what it has now", async () => {
  await using released = await copyReleased();
  await openChange(released, "-- next migration\n");
  await using copy = await copyCheckout(released.directory);
  await copy.release("0.1.0");
  assert.ok((await copy.read(TABLE)).endsWith(INDEX));
  await using project = await createProject();
  assert.equal((await project.install([], copy.directory)).code, 0);
});
