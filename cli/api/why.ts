import { CliError } from "../errors.ts";
import { formatTable, instant, printJson } from "../output.ts";
import { openApi } from "./open_api.ts";
import { SLOT } from "./status.ts";

const DAY_MS = 86_400_000;

/** What was given to `why`. */
export interface WhyCommand {
  readonly email?: string | undefined;
  readonly json?: boolean | undefined;
}

/** Explains the slot of a time, or those of the last day. */
export async function runWhy(
  orgId: string,
  type: string,
  at: Date | undefined,
  options: WhyCommand,
): Promise<void> {
  const { syncs } = await openApi(options);
  const now = Date.now();
  const period = at === undefined
    ? { from: new Date(now - DAY_MS), to: new Date(now) }
    : { from: new Date(at.getTime() - DAY_MS), to: new Date(at.getTime() + DAY_MS) };
  const around = (await syncs.explainSlots(orgId, type, period))
    .map((slot) => ({ integration_type: type, ...slot }));
  const slots = at === undefined
    ? around
    : around.filter(({ scheduled_for }) => new Date(scheduled_for).getTime() === at.getTime());
  if (slots.length === 0) {
    if (at === undefined) {
      throw new CliError("No slot was scheduled in the last 24 hours: give the time of one.");
    }
    const times = around.map(({ scheduled_for }) => new Date(scheduled_for));
    const before = times.findLast((time) => time < at);
    const after = times.find((time) => time > at);
    const near = [before, after].filter((time) => time !== undefined).map((time) => instant(time));
    throw new CliError(
      `No slot is scheduled for ${instant(at)}. ` +
        (near.length === 0 ? "Nor is one within a day of it." : `The next to it: ${near.join(", ")}.`),
    );
  }
  if (options.json === true) printJson(slots);
  else console.log(formatTable(slots, SLOT));
}
