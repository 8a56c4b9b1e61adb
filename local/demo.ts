/** `deno task demo`: the trigger's whole way, from the press to the external system's ledger, on a throw-away stack. */
import { explain, readSwitches } from "./command_line.ts";
import { type Refusal, type Run, signIn } from "./demo/coordinator.ts";
import { createRunDisplay } from "./demo/display.ts";
import { watchRun } from "./demo/watch_run.ts";
import { type Platform, startPlatform } from "./platform.ts";
import { isShuttingDown, onShutdown } from "./lifecycle/shutdown.ts";

const switches = readSwitches(
  `Usage: deno task demo [--refuse]

Starts a throw-away local platform, applies the migrations, seeds, signs in as a coordinator, presses the trigger, shows
the run live, presses again to show the refusal, prints a summary and leaves nothing behind. The exit code is 0 when the
run succeeded. With SUPABASE_DB_URL set it uses that Postgres instead of its own.

  --refuse   the external system refuses our credentials: shows a run that fails, and exits with 1`,
  ["refuse"],
);

const steps: [name: string, ms: number][] = [];

/** True when everything was exported exactly once. */
async function show(platform: Platform): Promise<boolean> {
  const coordinator = await timed("sign in", () => signIn(platform.apiUrl, platform.publishableKey));
  console.log(`\nSigned in as coordinator@example.test of ${coordinator.organization.name}.`);

  console.log("Pressing the trigger ...");
  const pressed = await timed("press", () => coordinator.trigger());
  if ("refusal" in pressed) throw new Error(`The first press was refused: ${describe(pressed.refusal)}`);

  const display = createRunDisplay();
  // A bar changes the terminal's modes; an interrupted one must give them back.
  const forget = onShutdown(() => Promise.resolve(display.end()));
  let run: Run = pressed.run;
  try {
    await timed("run", async () => {
      for await (run of watchRun(coordinator, pressed.run)) display.update(run);
    });
  } finally {
    display.end();
    forget();
  }
  if (run.status !== "succeeded") {
    console.error(`\nThe run ${run.status}: ${run.error_code ?? ""} ${run.error_message ?? ""}`.trimEnd());
    return false;
  }

  console.log("\nPressing again at once ...");
  const again = await timed("second press", () => coordinator.trigger());
  if ("run" in again) throw new Error("The second press was accepted; the cooldown should have refused it.");
  console.log(`  refused: ${describe(again.refusal)}`);

  const exported = await coordinator.exported(run.run_id);
  await coordinator.signOut();
  return summarise(exported, platform);
}

function summarise(exported: number, platform: Platform): boolean {
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

function describe(refusal: Refusal): string {
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
  const succeeded = await show(platform);
  if (!succeeded && platform.edgeFunction !== null) {
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
