/** `deno task demo`: the trigger's whole way, from the press to the external system's ledger, on a throw-away stack. */
import { explain, readSwitches } from "./command_line.ts";
import { type Coordinator, type Run, signIn, type TriggerRefused } from "./demo/coordinator.ts";
import { createRunDisplay } from "./demo/display.ts";
import { awaitScheduledRun, describeSlot } from "./demo/scheduled.ts";
import { type Platform, startPlatform } from "./platform.ts";
import { isShuttingDown, onShutdown } from "./lifecycle/shutdown.ts";

const switches = readSwitches(
  `Usage: deno task demo [--scheduled] [--refuse]

Starts a throw-away local platform, applies the migrations, seeds, signs in as a coordinator, presses the trigger, shows
the run live, presses again to show the refusal, prints a summary and leaves nothing behind. The exit code is 0 when the
run succeeded. With SUPABASE_DB_URL set it uses that Postgres instead of its own.

  --scheduled  instead of pressing, an admin saves a schedule and the run starts at its slot: takes one to two minutes
  --refuse     the external system refuses our credentials: shows a run that fails, and exits with 1`,
  ["scheduled", "refuse"],
);

const steps: [name: string, ms: number][] = [];

/** True when everything was exported exactly once. */
async function showPress(platform: Platform): Promise<boolean> {
  const coordinator = await timed("sign in", () => signIn(platform.apiUrl, platform.publishableKey));
  console.log(`\nSigned in as coordinator@example.test of ${coordinator.organization.name}.`);

  console.log("Pressing the trigger ...");
  const pressed = await timed("press", () => coordinator.trigger());
  if ("refusal" in pressed) throw new Error(`The first press was refused: ${describe(pressed.refusal)}`);
  const run = await showRun(coordinator, pressed.run);
  if (run === null) return false;

  console.log("\nPressing again at once ...");
  const again = await timed("second press", () => coordinator.trigger());
  if ("run" in again) throw new Error("The second press was accepted; the cooldown should have refused it.");
  console.log(`  refused: ${describe(again.refusal)}`);
  return await summarise(coordinator, run, platform);
}

/** True when the run started at its slot and everything was exported exactly once. */
async function showSlot(platform: Platform): Promise<boolean> {
  const scheduled = await timed("wait for the slot", () => awaitScheduledRun(platform));
  const run = await showRun(scheduled.admin, scheduled.run);
  if (run === null) return false;
  const onTime = await describeSlot(platform, scheduled);
  return await summarise(scheduled.admin, run, platform) && onTime;
}

/** Shows the run until it has ended; null when it did not succeed. */
async function showRun(coordinator: Coordinator, first: Run): Promise<Run | null> {
  const display = createRunDisplay();
  // A bar changes the terminal's modes; an interrupted one must give them back.
  const forget = onShutdown(() => Promise.resolve(display.end()));
  let run = first;
  try {
    await timed("run", async () => {
      for await (run of coordinator.watch(first)) display.update(run);
    });
  } finally {
    display.end();
    forget();
  }
  if (run.status === "succeeded") return run;
  console.error(`\nThe run ${run.status}: ${run.error_code ?? ""} ${run.error_message ?? ""}`.trimEnd());
  return null;
}

async function summarise(coordinator: Coordinator, run: Run, platform: Platform): Promise<boolean> {
  const exported = await coordinator.exported(run.run_id);
  await coordinator.signOut();
  const ledger = [...platform.receiver.ledger.values()];
  const twice = ledger.filter((entry) => entry.count !== 1).length;
  console.log(`\nSummary
  exported       ${exported} entries
  in the ledger  ${ledger.length} entries of the external system, ${twice} of them more than once`);
  for (const [name, ms] of steps) console.log(`  ${name.padEnd(22)} ${(ms / 1000).toFixed(2).padStart(6)} s`);
  if (exported === 0 || exported !== ledger.length || twice > 0) {
    console.error("\nThe ledger is not what the database says.");
    return false;
  }
  return true;
}

function describe(refusal: TriggerRefused): string {
  const seconds = (refusal.details as { retry_after_seconds?: number } | null)?.retry_after_seconds;
  const wait = seconds === undefined ? "" : `, retry_after_seconds ${seconds}`;
  return `${refusal.message} (code ${refusal.code}${wait})`;
}

async function timed<T>(name: string, work: () => Promise<T>): Promise<T> {
  const begin = performance.now();
  const result = await work();
  steps.push([name, performance.now() - begin]);
  return result;
}

async function main(): Promise<number> {
  const begin = performance.now();
  console.log("Starting the local platform ...");
  await using platform = await startPlatform({
    onStep(name, ms) {
      steps.push([name, ms]);
      console.log(`  ${name.padEnd(22)} ${(ms / 1000).toFixed(1)} s`);
    },
  });
  if (switches.has("refuse")) platform.receiver.misbehave({ kind: "status", status: 401 });
  const succeeded = await (switches.has("scheduled") ? showSlot : showPress)(platform);
  if (!succeeded) {
    console.error(`\nLast words of the Edge Function:\n${await tail(platform.edgeFunction.logFile)}`);
  }
  if (succeeded) {
    console.log(
      `  ${"in total".padEnd(22)} ${((performance.now() - begin) / 1000).toFixed(2).padStart(6)} s`,
    );
  }
  return succeeded ? 0 : 1;
}

async function tail(file: string): Promise<string> {
  return (await Deno.readTextFile(file)).split("\n").slice(-30).join("\n");
}

try {
  Deno.exitCode = await main();
} catch (error) {
  // A signal ends what is under way with errors; the clean-up that it started ends the process.
  if (!isShuttingDown()) {
    console.error(`\n${explain(error)}`);
    Deno.exit(1);
  }
}
if (!isShuttingDown()) Deno.exit();
