/**
 * What happens in a window, decided beforehand: when the scheduler ticks, what its clock shows then, and what people do.
 *
 * @module
 */
import type { Random } from "../campaign/random.ts";
import { DAY, HOUR, MINUTE } from "../../integration/cron/zone_clock.ts";
import type { Simulated } from "./integrations.ts";
import * as plan from "./plan.ts";

/** One thing that happens. */
export interface Step {
  /** What the clock shows, which may be less than at the step before. */
  readonly at: number;
  readonly what: "tick" | "doubled" | "pause" | "resume" | "configure" | "backfill" | "press";
  readonly integrationId?: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** The steps of a window in their true order, and how its ticks went. */
export interface Script {
  readonly from: number;
  readonly steps: readonly Step[];
  readonly ticks: Readonly<Record<keyof typeof plan.TICKS | "away" | "intended", number>>;
}

/** Draws what happens in a window. */
export function writeScript(window: plan.Window, integrations: readonly Simulated[], random: Random): Script {
  const from = Date.parse(window.from);
  const length = Date.parse(window.to) - from;
  const { clock, jumps } = drawClock(from, length, random);
  const within = (share: number) => Math.floor(random.next() * length * share);
  const absences = plan.ABSENCES.filter((hours) => hours * HOUR < length / 3).map((hours) => {
    const begin = Math.floor(within(0.9) / HOUR) * HOUR;
    return { begin, end: begin + random.upTo(hours) * HOUR };
  });

  const ticks = { intended: 0, away: 0, dropped: 0, doubled: 0, delayed: 0 };
  // By true time, which only goes forward; from here on the clock is what the step gets.
  const planned: Act[] = [];
  for (let time = MINUTE; time <= length; time += MINUTE) {
    ticks.intended++;
    // The last tick comes, and so does the first after an absence, at the very instant of some slots.
    const sure = time === length || absences.some(({ end }) => time === end);
    if (!sure && absences.some(({ begin, end }) => time >= begin && time < end)) ticks.away++;
    else if (!sure && random.chance(plan.TICKS.dropped)) ticks.dropped++;
    else {
      const doubled = random.chance(plan.TICKS.doubled);
      const delayed = !sure && random.chance(plan.TICKS.delayed);
      ticks.doubled += Number(doubled);
      ticks.delayed += Number(delayed);
      const punctual = sure || random.chance(plan.PUNCTUAL);
      const delay = delayed ? random.upTo(plan.LONGEST_DELAY) * 1000 : punctual ? 0 : random.upTo(900);
      planned.push({ time: time + delay, step: { what: doubled ? "doubled" : "tick" } });
    }
  }
  const acts = [
    ...drawActs(integrations, random, within, clock),
    ...drawAmbushes(integrations, random, absences, jumps, clock),
  ];
  planned.push(...acts.filter(({ time }) => time > 0 && time < length));
  planned.sort((a, b) => a.time - b.time);
  return { from, ticks, steps: planned.map(({ time, step }) => ({ ...step, at: clock(time) })) };
}

interface Jump {
  readonly time: number;
  readonly by: number;
}
interface Act {
  readonly time: number;
  readonly step: Omit<Step, "at">;
}
/** What the clock shows at a time since the window's begin. */
type Clock = (time: number) => number;

/** A clock that jumps back, and later forward again or not. */
function drawClock(from: number, length: number, random: Random): { clock: Clock; jumps: readonly Jump[] } {
  const jumps: Jump[] = [];
  for (let n = 0; n < plan.JUMPS; n++) {
    // Neither before the integrations were there nor at the end: the last step shall have the furthest clock.
    const time = 2 * HOUR + random.next() * (length - 8 * HOUR);
    const by = random.upTo(plan.LONGEST_JUMP) * MINUTE;
    jumps.push({ time, by: -by });
    if (random.chance(0.7)) jumps.push({ time: time + random.next() * 2 * HOUR, by });
  }
  const clock: Clock = (time) =>
    from + time + jumps.reduce((sum, jump) => jump.time <= time ? sum + jump.by : sum, 0);
  return { clock, jumps };
}

const iso = (instant: number) => new Date(instant).toISOString();

/**
 * What chance would seldom bring about: pauses that end while no tick runs and are made up for, and a schedule saved
 * after a jump back.
 */
function drawAmbushes(
  integrations: readonly Simulated[],
  random: Random,
  absences: readonly { begin: number; end: number }[],
  jumps: readonly Jump[],
  clock: Clock,
): Act[] {
  const drawIntegration = () => (integrations[random.upTo(integrations.length) - 1] as Simulated).id;
  const act = (time: number, what: Step["what"], integrationId: string, details: Step["details"]): Act => ({
    time,
    step: { what, integrationId, ...(details && { details }) },
  });
  return [
    ...absences.flatMap(({ begin, end }) => {
      const who = drawIntegration();
      const later = end + HOUR / 2;
      const to = Math.min(clock((begin + end) / 2), clock(later));
      return [
        act(begin - HOUR, "configure", who, { schedule: "*/20 * * * *" }),
        act(begin - MINUTE, "pause", who, { resume_at: iso(clock((begin + end) / 2)) }),
        ...(clock(begin) < to ? [act(later, "backfill", who, { from: iso(clock(begin)), to: iso(to) })] : []),
        act(end + HOUR, "configure", who, { schedule: "@daily" }),
      ];
    }),
    ...jumps.filter(({ by }) => by < 0).flatMap(({ time }) => {
      const who = drawIntegration();
      // The same slots by another name: those that the clock shows again have been dealt with.
      return [
        act(time - HOUR, "configure", who, { schedule: "*/5 * * * *" }),
        act(time + 1, "configure", who, { schedule: "0-59/5 * * * *" }),
        act(time + HOUR, "configure", who, { schedule: "@daily" }),
      ];
    }),
  ];
}

function drawActs(
  integrations: readonly Simulated[],
  random: Random,
  within: (share: number) => number,
  clock: Clock,
): Act[] {
  const acts: Act[] = [];
  const act = (time: number, what: Step["what"], integrationId: string, details: Step["details"] = {}) =>
    acts.push({ time, step: { what, integrationId, details } });
  const drawIntegration = () => integrations[random.upTo(integrations.length) - 1] as Simulated;
  const times = (each100: number) => Math.ceil(each100 * integrations.length / 100);

  for (let n = times(plan.ACTS.pause); n > 0; n--) {
    const [who, time, long] = [drawIntegration().id, within(0.8), (1 + random.next() * 40) * HOUR];
    const byItself = random.chance(0.6);
    act(time, "pause", who, { resume_at: byItself ? iso(clock(time) + long) : null });
    if (!byItself) act(time + long, "resume", who);
  }
  for (let n = times(plan.ACTS.disable); n > 0; n--) {
    const [who, time] = [drawIntegration().id, within(0.8)];
    act(time, "configure", who, { enabled: false });
    act(time + random.next() * DAY, "configure", who, { enabled: true });
  }
  const zones = [...new Set(integrations.map(({ timeZone }) => timeZone))] as [string, ...string[]];
  for (let n = times(plan.ACTS.reschedule); n > 0; n--) {
    const who = drawIntegration().id;
    act(within(0.9), "configure", who, { schedule: random.pick([...plan.SCHEDULES, null]) });
    act(within(0.9), "configure", who, { time_zone: random.pick(zones) });
    act(within(0.9), "configure", who, {
      schedule: random.pick(plan.BUSY_SCHEDULES),
      time_zone: random.pick(zones),
    });
  }
  for (let n = times(plan.ACTS.backfill); n > 0; n--) {
    const time = HOUR + within(0.9);
    const to = clock(time) - random.next() * Math.min(DAY, time / 2);
    // Not before the integrations were there.
    const since = Math.max(clock(MINUTE), to - random.next() * 2 * DAY);
    if (since < to) act(time, "backfill", drawIntegration().id, { from: iso(since), to: iso(to) });
  }
  for (let n = times(plan.ACTS.press); n > 0; n--) act(within(1), "press", drawIntegration().id);
  return acts;
}
