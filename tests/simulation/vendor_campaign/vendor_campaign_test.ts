/**
 * A campaign of faults against each connector: 200 entries a schedule go through the real outbox, slice and connector
 * to a fake vendor. Requests are lost before and after their effect, answered late, wrongly or not at all, limited,
 * taken in part, or shown late. The vendor accepts nothing for a minute or for hours. The host delivers again, changes
 * its mind, corrects and takes back. Rules change, and the integration is paused or disabled. Workers are killed
 * between any two requests, and so is Postgres. Nothing that waited leaves during a pause. In the end the vendor's
 * books have every entry exactly once, with its newest content, or it is reported as rejected, as contradicted or as
 * withdrawn.
 *
 * VENDOR_CAMPAIGN is the number of schedules a vendor, VENDOR_CAMPAIGN_SEED the first of their seeds. A seed repeats
 * the draws of its schedule: see `deno task campaign`.
 *
 * @module
 */
import { localTest } from "../../support/local_only.ts";
import { businessCentralSubject } from "./business_central_subject.ts";
import { playSchedule } from "./play.ts";
import { Stage } from "./stage.ts";
import type { StartSubject } from "./subject.ts";
import { webhookSubject } from "./webhook_subject.ts";
import { xledgerSubject } from "./xledger_subject.ts";

const schedules = Number(Deno.env.get("VENDOR_CAMPAIGN") ?? 3);
const firstSeed = Number(Deno.env.get("VENDOR_CAMPAIGN_SEED") ?? 1);

const subjects: Readonly<Record<string, StartSubject>> = {
  "the webhook receiver": webhookSubject,
  "Xledger": xledgerSubject,
  "Business Central": businessCentralSubject,
};

for (const [name, startSubject] of Object.entries(subjects)) {
  localTest(
    `every entry is in the books of ${name} exactly once, or is reported, when everything goes wrong at random`,
    async (platform) => {
      await using stage = await Stage.create(platform);
      const tally = new Map<string, number>();
      for (let seed = firstSeed; seed < firstSeed + schedules; seed++) {
        try {
          await playSchedule(stage, startSubject, name, seed, tally);
        } catch (cause) {
          console.log(tallied(tally));
          throw new Error(`${name}: deno task campaign 1 ${seed}`, { cause });
        }
        if (seed % 10 === 0) console.log(`${name}: all well up to seed ${seed}`);
      }
      console.log(`${name}: seeds ${firstSeed} to ${firstSeed + schedules - 1}`);
      console.log(tallied(tally));
    },
  );
}

function tallied(tally: ReadonlyMap<string, number>): string {
  return [...tally].sort().map(([what, times]) => `${what}: ${times}`).join(", ");
}
