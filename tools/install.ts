/**
 * `deno task install -- --into PATH`: brings the bundle into a Supabase project, brings it up to date, or takes it out.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { explain, refuseCall } from "../local/command_line.ts";
import { applyChanges, removeLeftovers, showDiff } from "./install/apply.ts";
import { type Bundle, readBundle } from "./install/bundle.ts";
import { type Host, readHost } from "./install/host.ts";
import { whileLocked } from "./install/lock.ts";
import { planInstall } from "./install/plan.ts";
import type { Plan } from "./install/plan_types.ts";
import { Refusal } from "./install/refusal.ts";
import { composeRestore } from "./install/restore.ts";
import { planUninstall } from "./install/uninstall.ts";
import { type Checkout, checkoutAt } from "./migrations/compose.ts";

const USAGE = `Usage: deno task install -- --into PATH [options]

Brings this bundle into the Supabase project at PATH, or brings what is there up to date: its migrations, stamped to
sort behind the project's own, the Edge Function and its block of config.toml. Nothing is applied or deployed.

  --into PATH           the project: the folder that holds supabase/
  --dry-run             show what would change as a unified diff, and change nothing
  --without-membership  leave out organisations and members, for a project that has its own
  --keep                leave shipped files that were edited as they are
  --force               put back what the bundle brings where shipped files were edited
  --uninstall           write a migration that takes the bundle out and keeps its data; remove the function
  --drop-data           with --uninstall: drop the data too`;

const SWITCHES = ["dry-run", "without-membership", "keep", "force", "uninstall", "drop-data"] as const;
const ROOT = fileURLToPath(new URL("../", import.meta.url));

async function main(): Promise<void> {
  const { into, given } = readArguments();
  try {
    const { supabase } = await readHost(into);
    const checkout = checkoutAt(ROOT);
    if (await isSame(supabase, checkout.supabase)) throw new Refusal("PATH is this very checkout.");
    const bundle = await readBundle(checkout);
    const plan = async () => await planFor(await readHost(into), checkout, bundle, given);
    const asked = await plan();
    const isDry = given.has("dry-run");
    if (isDry) await print(showDiff(asked.changes));
    // Planned again where something is to be done: somebody else may just have done it.
    const done = isDry || asked.changes.length === 0
      ? asked
      : await whileLocked(supabase, async () => await apply(supabase, await plan()));
    const count = done.changes.length;
    console.log(
      count === 0
        ? `Sync Scheduler ${bundle.release}: nothing to do`
        : `${count} files ${isDry ? "would change" : "changed"}`,
    );
    for (const note of done.notes) console.log(`\n${note}`);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    console.error(explain(error));
    Deno.exitCode = 1;
  }
}

async function planFor(
  host: Host,
  checkout: Checkout,
  bundle: Bundle,
  given: ReadonlySet<string>,
): Promise<Plan> {
  const edited = given.has("force") ? "overwrite" : given.has("keep") ? "keep" : "refuse";
  const now = new Date();
  if (given.has("uninstall")) {
    return await planUninstall(checkout, bundle, host, { edited, now, dropData: given.has("drop-data") });
  }
  return planInstall(bundle, host, {
    edited,
    now,
    withoutMembership: given.has("without-membership"),
    adapter: await Deno.readTextFile(new URL("./install/membership_adapter.sql", import.meta.url)),
    restore: composeRestore(),
  });
}

async function apply(supabase: string, plan: Plan): Promise<Plan> {
  await removeLeftovers(supabase);
  await applyChanges(supabase, plan.changes);
  for (const { path, before, after } of plan.changes) {
    const verb = after === null ? "removed" : before === null ? "added" : "changed";
    console.log(`${verb.padEnd(8)}supabase/${path}`);
  }
  return plan;
}

function readArguments(): { into: string; given: ReadonlySet<string> } {
  // `deno task install -- --x` hands the dashes on.
  const args = Deno.args[0] === "--" ? Deno.args.slice(1) : Deno.args;
  const switches = Object.fromEntries(SWITCHES.map((name) => [name, { type: "boolean" }] as const));
  const options = { ...switches, into: { type: "string" }, help: { type: "boolean", short: "h" } } as const;
  const values = parse(args, options);
  if (values["help"] === true) {
    console.log(USAGE);
    Deno.exit(0);
  }
  const { into } = values;
  if (typeof into !== "string") refuseCall("Say where to: --into PATH.", USAGE);
  const given = new Set(SWITCHES.filter((name) => values[name] === true));
  const clash = [["keep", "force"], ["uninstall", "without-membership"]] as const;
  for (const [a, b] of clash) {
    if (given.has(a) && given.has(b)) refuseCall(`--${a} and --${b} do not go together.`, USAGE);
  }
  if (given.has("drop-data") && !given.has("uninstall")) {
    refuseCall("--drop-data goes with --uninstall.", USAGE);
  }
  return { into, given };
}

function parse(
  args: string[],
  options: Record<string, { type: "boolean" | "string"; short?: string }>,
): Record<string, unknown> {
  try {
    return parseArgs({ args, options, allowPositionals: false }).values;
  } catch (error) {
    refuseCall(explain(error), USAGE);
  }
}

async function isSame(a: string, b: string): Promise<boolean> {
  return await Deno.realPath(a) === await Deno.realPath(b);
}

/** All of it, also into a pipe that is slow to read; whoever has seen enough (`| head`) closes it. */
async function print(text: string): Promise<void> {
  const writer = Deno.stdout.writable.getWriter();
  await writer.write(new TextEncoder().encode(text)).catch((error: unknown) => {
    if (error instanceof Deno.errors.BrokenPipe) Deno.exit(0);
    throw error;
  });
  writer.releaseLock();
}

if (import.meta.main) await main();
