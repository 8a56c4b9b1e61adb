/** `deno task campaign`: the long campaign of faults against the connectors. */
import { readCommandLine, refuseCall } from "../local/command_line.ts";
import { runDeno } from "./run_deno.ts";

const USAGE = `Usage: deno task campaign [SCHEDULES] [FIRST_SEED]

Plays schedules of faults against each connector, 200 entries each, with workers and Postgres killed: 300 by default,
which takes about an hour. A failure prints the seed of its schedule; FIRST_SEED begins with that one.

  deno task campaign 1 17    plays the schedule of seed 17 alone`;

const { positionals } = readCommandLine(USAGE);
const [schedules = "300", seed = "1", ...rest] = positionals;
if (rest.length > 0 || ![schedules, seed].every((number) => /^[1-9]\d{0,8}$/.test(number))) {
  refuseCall("SCHEDULES and FIRST_SEED are whole numbers.", USAGE);
}
try {
  await runDeno(["test", "-A", "--no-check", "tests/simulation/vendor_campaign/"], {
    show: true,
    env: { VENDOR_CAMPAIGN: schedules, VENDOR_CAMPAIGN_SEED: seed },
    limitMinutes: 5 + Number(schedules),
  });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exit(1);
}
