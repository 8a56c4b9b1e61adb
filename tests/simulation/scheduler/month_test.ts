/**
 * A month under a simulated clock: 200 integrations in ten zones and a tick every minute that may be dropped, doubled
 * or late. The scheduler is away, the clock goes back, workers die, and people pause, reschedule and backfill. Every
 * slot that a brute-force clock watcher knows must have exactly one row, and each row must be true.
 *
 * MONTH_SEED repeats the draws, MONTH_INTEGRATIONS takes more.
 *
 * @module
 */
import assert from "node:assert/strict";
import { type Platform, startPlatform } from "../../../local/platform.ts";
import { Random } from "../campaign/random.ts";
import { agreedZones } from "../../integration/cron/zone_data.ts";
import { DAY, MINUTE } from "../../integration/cron/zone_clock.ts";
import { localTest } from "../../support/local_only.ts";
import { type Counts, settleAccounts } from "./accounts.ts";
import { HistoryChecker } from "./history_checker.ts";
import { Oracle } from "./expected_slots.ts";
import { drawIntegrations } from "./integrations.ts";
import { readPlan, type Window, WINDOWS, ZONES } from "./plan.ts";
import { writeScript } from "./script.ts";
import { Simulation } from "./simulation.ts";

/** What must have happened to some slot, or the month has proved nothing. */
const ORDEALS = [
  ...["ran", "overlap", "missed", "coalesced", "paused", "disabled", "schedule_changed", "made up"],
  ...["ticks dropped", "ticks doubled", "ticks delayed", "ticks away", "wait schedule", "press refused"],
  ...["runs recovered", "end deadline_exceeded"],
];

localTest(
  "every slot of a simulated month has exactly one row, whatever befalls the ticks",
  async (platform) => {
    const { seed, integrations: count, thorough } = readPlan();
    console.log(`MONTH_SEED=${seed} MONTH_INTEGRATIONS=${count}`);
    const random = new Random(seed);
    const total: Counts = { days: 0 };
    const add = (what: string, number: number) => total[what] = (total[what] ?? 0) + number;

    /** Plays windows one after another and judges them. */
    const live = async (
      where: Platform,
      windows: readonly { window: Window; random: Random }[],
    ): Promise<void> => {
      await using simulation = await Simulation.create(where, seed);
      const zones = await agreedZones(simulation.admin, ZONES);
      for (const { window, random } of windows) {
        const integrations = drawIntegrations(count, random, zones);
        const script = writeScript(window, integrations, random);
        const { recovered } = await simulation.play(script, integrations);

        const oracle = new Oracle(script.from, Math.max(...script.steps.map(({ at }) => at)));
        const history = await simulation.history();
        const checkers = new Map(integrations.map((who) => [who.id, new HistoryChecker(who, oracle)]));
        for (const [id, checker] of checkers) {
          for (const event of history.get(id) ?? []) {
            checker.replay(event);
            if (event.event === "start schedule" && event.at - (event.slot ?? NaN) < MINUTE) {
              add(
                "on time",
                1,
              );
            }
            if (/^(wait|press)/.test(event.event)) add(event.event, 1);
            else if (event.event === "end" && event.reason !== null) add(`end ${event.reason}`, 1);
          }
          checker.end(script.steps.at(-1)?.at ?? NaN);
        }
        add("days", (Date.parse(window.to) - Date.parse(window.from)) / DAY);
        add("runs recovered", recovered);
        for (const [what, number] of Object.entries(script.ticks)) add(`ticks ${what}`, number);
        for (const [what, number] of Object.entries(await settleAccounts(simulation.admin, checkers))) {
          add(
            what,
            number,
          );
        }
      }
    };
    // The halves of the month at the same time, on a server each: they have nothing to do with each other.
    const all = WINDOWS.map((window) => ({ window, random: random.fork() }));
    await using other = await startPlatform({ seed: false });
    await Promise.all([live(platform, all.slice(0, 2)), live(other, all.slice(2))]);

    const print = (what: (name: string) => boolean) =>
      Object.entries(total).filter(([name]) => what(name)).map(([name, number]) => `${name}: ${number}`).join(
        ", ",
      );
    const isEvent = (name: string) => /^(days|ticks|runs|press|wait |waits|end)/.test(name);
    console.log(`${print(isEvent)}\n${print((name) => !isEvent(name))}`);
    assert.ok(
      (total["on time"] ?? 0) > 0.75 * (total.ran ?? 0),
      "with few exceptions slots start in their minute",
    );
    if (thorough) assert.deepEqual(ORDEALS.filter((ordeal) => (total[ordeal] ?? 0) === 0), []);
  },
);
