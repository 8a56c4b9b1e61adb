/**
 * A campaign against the engine: many workers at once over a fast, failing network, with everything going wrong that
 * can. After that comes a calm in which all of it must come to a good end.
 *
 * CAMPAIGN_SEED repeats the draws of a campaign, CAMPAIGN_ROUNDS makes it longer.
 *
 * @module
 */
import assert from "node:assert/strict";
import { localTest } from "../../support/local_only.ts";
import { addEntries } from "../../support/tenant.ts";
import { play } from "./chaos.ts";
import { Invariants } from "./invariants.ts";
import { ENTRIES_PER_ROUND, MISFORTUNES, readPlan, STEPS_PER_ROUND } from "./plan.ts";
import { World } from "./world.ts";

/** What a thorough campaign must have seen, or it has proved nothing. */
const ORDEALS = [
  ...Object.keys(MISFORTUNES),
  ...["claim: PT401 invalid_token", "claim: PT409 already_claimed", "work: PT409 attempt_not_current"],
  ...["idempotent: batch sent again", "lookup: batch sent again", "attempt lost worker_lost"],
  ...["idempotent: batch with settled entries", "lookup: batch with settled entries"],
  ...["admin: batch settled", "host: replaced", "host: unchanged", "host: conflicts"],
  ...["run succeeded", "run cancelled", "run failed deadline_exceeded"],
];
/** What a usual campaign sees a handful of times, so that one in some dozens does not see it at all. */
const RARE_ORDEALS = ["run failed worker_lost"];

localTest(
  "the engine exports every entry once and ends every run when everything goes wrong at random",
  async (platform) => {
    const { seed, rounds, thorough, exhaustive } = readPlan();
    console.log(`CAMPAIGN_SEED=${seed} CAMPAIGN_ROUNDS=${rounds}`);
    await using world = await World.create(platform, seed);
    const invariants = new Invariants(world);

    let round = 0;
    const nextRound = async (): Promise<void> => {
      round++;
      if (round === rounds) world.enter("calm");
      world.allowSteps(STEPS_PER_ROUND);
      const last = round * ENTRIES_PER_ROUND;
      for (const integrationId of world.members.keys()) {
        await addEntries(world.fate, integrationId, last - ENTRIES_PER_ROUND + 1, last);
      }
    };
    await nextRound();
    await play(world, async () => {
      const { unsettled, activeRuns } = await invariants.check();
      if (world.phase === "closing" && activeRuns === 0 && world.lives.size === 0) world.enter("over");
      else if (unsettled > 0) return;
      else if (round < rounds) await nextRound();
      else if (world.phase === "calm") world.enter("closing");
    });

    if (world.faults.length > 0) throw new AggregateError(world.faults, `CAMPAIGN_SEED=${seed}`);
    await invariants.checkEnd();
    await invariants.countEndings();
    console.log(Object.fromEntries([...world.tally].sort()));
    const expected = [...(thorough ? ORDEALS : []), ...(exhaustive ? RARE_ORDEALS : [])];
    assert.deepEqual(expected.filter((ordeal) => !world.tally.has(ordeal)), []);
  },
);
