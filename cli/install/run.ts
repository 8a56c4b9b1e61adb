import { readFile, realpath } from "node:fs/promises";
import { dirname, join } from "node:path";
import process from "node:process";
import { type Bundle, readBundle } from "../bundle/bundle.ts";
import { type Checkout, checkoutAt } from "../bundle/checkout.ts";
import { root } from "../root.ts";
import { applyChanges, removeLeftovers, showDiff } from "./apply.ts";
import { readHistory } from "./history.ts";
import { type Host, readHost } from "./host.ts";
import { whileLocked } from "./lock.ts";
import { showSteps } from "./next_steps.ts";
import { planInstall } from "./plan.ts";
import type { Edited, Plan } from "./plan_types.ts";
import { InstallError } from "./install_error.ts";
import { composeRestore } from "./restore.ts";
import { planUninstall } from "./uninstall.ts";

/** What `install`, `upgrade` and `uninstall` have in common. */
interface ChangeOptions {
  readonly workdir: string;
  readonly dryRun?: boolean | undefined;
  readonly diff?: boolean | undefined;
  readonly keep?: boolean | undefined;
  readonly force?: boolean | undefined;
}

/** What was given to `install` or `upgrade`. */
export interface InstallCommand extends ChangeOptions {
  readonly withoutMembership?: boolean | undefined;
  /** Refuses a project that has no bundle. */
  readonly isUpgrade: boolean;
}

/** What was given to `uninstall`. */
export interface UninstallCommand extends ChangeOptions {
  readonly dropData?: boolean | undefined;
}

/** Brings the bundle into a project, or brings it up to date there. */
export async function runInstall(options: InstallCommand): Promise<void> {
  await change(options, await installPlanner(options));
}

/** What an install would do. */
export async function preview(options: Omit<InstallCommand, "isUpgrade">): Promise<Plan> {
  const plan = await installPlanner({ ...options, isUpgrade: false });
  const checkout = checkoutAt(root);
  return await plan(checkout, await readBundle(checkout), await readHost(options.workdir));
}

async function installPlanner(options: InstallCommand): Promise<Planner> {
  const adapter = await readFile(join(root, "cli", "install", "membership_adapter.sql"), "utf8");
  return (_checkout, bundle, host) => {
    if (options.isUpgrade && readHistory(host, bundle).installed.size === 0) {
      throw new InstallError("The bundle is not installed there: use `install`.");
    }
    return planInstall(bundle, host, {
      edited: editedBy(options),
      now: new Date(),
      withoutMembership: options.withoutMembership === true,
      adapter,
      restore: composeRestore(),
    });
  };
}

/** Takes the bundle out of a project. */
export async function runUninstall(options: UninstallCommand): Promise<void> {
  await change(options, (checkout, bundle, host) =>
    planUninstall(checkout, bundle, host, {
      edited: editedBy(options),
      now: new Date(),
      dropData: options.dropData === true,
    }));
}

type Planner = (checkout: Checkout, bundle: Bundle, host: Host) => Plan | Promise<Plan>;

async function change(options: ChangeOptions, planFor: Planner): Promise<void> {
  const { workdir, dryRun = false, diff = false } = options;
  const { supabase } = await readHost(workdir);
  const checkout = checkoutAt(root);
  if (await isSame(supabase, checkout.supabase)) {
    throw new InstallError("This is the bundle's own checkout: give a project with --workdir PATH.");
  }
  const bundle = await readBundle(checkout);
  const plan = async () => await planFor(checkout, bundle, await readHost(workdir));
  const asked = await plan();
  const isDry = dryRun || diff;
  if (diff) process.stdout.write(showDiff(asked.changes));
  else if (isDry) listChanges(asked, "would be ");
  // Planned again where something is to be done: another install may just have done it.
  const done = isDry || asked.changes.length === 0
    ? asked
    : await whileLocked(supabase, async () => await apply(supabase, await plan()));
  const count = done.changes.length;
  console.log(
    count === 0
      ? `Sync Scheduler ${bundle.release}: nothing to do`
      : `${count} ${count === 1 ? "file" : "files"} ${isDry ? "would change" : "changed"}`,
  );
  for (const note of done.notes) console.log(`\n${note}`);
  if (!isDry && done.next.length > 0) console.log(`\n${showSteps(dirname(supabase), done.next)}`);
}

function editedBy({ force, keep }: ChangeOptions): Edited {
  return force === true ? "overwrite" : keep === true ? "keep" : "refuse";
}

async function apply(supabase: string, plan: Plan): Promise<Plan> {
  await removeLeftovers(supabase);
  await applyChanges(supabase, plan.changes);
  listChanges(plan);
  return plan;
}

function listChanges({ changes }: Plan, would = ""): void {
  for (const { path, before, after } of changes) {
    const verb = after === null ? "removed" : before === null ? "added" : "changed";
    console.log(`${would}${verb.padEnd(8)}supabase/${path}`);
  }
}

async function isSame(a: string, b: string): Promise<boolean> {
  return await realpath(a) === await realpath(b);
}
