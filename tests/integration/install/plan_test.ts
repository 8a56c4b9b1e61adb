import assert from "node:assert/strict";
import { join } from "node:path";
import { type Bundle, readBundle } from "../../../cli/bundle/bundle.ts";
import { checkoutAt } from "../../../cli/bundle/checkout.ts";
import { root } from "../../../cli/root.ts";
import { applyChanges } from "../../../cli/install/apply.ts";
import { readHost } from "../../../cli/install/host.ts";
import { whileLocked } from "../../../cli/install/lock.ts";
import { planInstall } from "../../../cli/install/plan.ts";

const options = {
  withoutMembership: false,
  edited: "refuse",
  now: new Date("2026-12-01T10:15:30Z"),
  adapter: "",
  restore: "",
} as const;

/** Installs into a new project, `done` changes of the first install and then whatever a second one does. */
async function installTwice(bundle: Bundle, done: number): Promise<Record<string, string>> {
  const project = await Deno.makeTempDir({ prefix: "plan_" });
  try {
    const supabase = join(project, "supabase");
    await Deno.mkdir(supabase);
    await Deno.writeTextFile(join(supabase, "config.toml"), 'project_id = "host"\n');
    const first = planInstall(bundle, await readHost(project), options);
    await applyChanges(supabase, first.changes.slice(0, done));
    // A developer has gone on in between.
    await Deno.mkdir(join(supabase, "migrations"), { recursive: true });
    await Deno.writeTextFile(join(supabase, "migrations", "20261202000000_mine.sql"), "select 1;\n");
    const second = planInstall(bundle, await readHost(project), options);
    await applyChanges(supabase, second.changes);
    const host = await readHost(project);
    assert.deepEqual(planInstall(bundle, host, options).changes, [], "a third one changes nothing");
    const ours = host.migrations.filter(({ marker }) => marker !== null);
    return {
      config: host.config,
      order: ours.map(({ marker }) => marker?.id).join(" "),
      ...Object.fromEntries([...host.files].map(([path, { contents }]) => [path, contents])),
    };
  } finally {
    await Deno.remove(project, { recursive: true });
  }
}

Deno.test("an install that ends after any of its changes is completed by the next, in the same order", async () => {
  const whole = await readBundle(checkoutAt(root));
  const bundle = { ...whole, files: whole.files.slice(-4) };
  const steps = bundle.migrations.length + bundle.files.length + 1;
  const expected = await installTwice(bundle, steps);
  assert.equal(expected["order"], bundle.migrations.map(({ id }) => id).join(" "));
  for (let done = 0; done < steps; done++) {
    assert.deepEqual(await installTwice(bundle, done), expected, `after ${done} changes`);
  }
});

Deno.test("five installs at once bring every migration once, whatever their clocks say", async () => {
  const bundle = await readBundle(checkoutAt(root));
  const project = await Deno.makeTempDir({ prefix: "plan_" });
  try {
    const supabase = join(project, "supabase");
    await Deno.mkdir(supabase);
    await Deno.writeTextFile(join(supabase, "config.toml"), 'project_id = "host"\n');
    const counts = await Promise.all(Array.from({ length: 5 }, (_, n) =>
      whileLocked(supabase, async () => {
        const now = new Date(options.now.getTime() + n * 60_000);
        const { changes } = planInstall(bundle, await readHost(project), { ...options, now });
        await applyChanges(supabase, changes);
        return changes.length;
      })));
    assert.equal(counts.filter((count) => count > 0).length, 1);
    const host = await readHost(project);
    assert.deepEqual(host.migrations.map(({ marker }) => marker?.id), bundle.migrations.map(({ id }) => id));
    const left = (await Array.fromAsync(Deno.readDir(supabase))).map(({ name }) => name);
    assert.deepEqual(left.sort(), [
      "config.toml",
      "functions",
      "migrations",
    ]);
  } finally {
    await Deno.remove(project, { recursive: true });
  }
});
