import * as Plot from "@observablehq/plot";
import { type SyncRun, type SyncSlot, toInstant } from "../../client/mod.ts";
import { CHART_DAYS } from "../state/integration.ts";
import { duration, inZone, lastDays, LOCALE, secondsBetween } from "../format.ts";

/** The colour of a slot is a custom property of the page, so that both colour schemes fit. */
const FILL: Readonly<Record<string, string>> = {
  ran: "var(--slot-ran)",
  late: "var(--slot-late)",
  failed: "var(--slot-failed)",
  skipped: "var(--slot-skipped)",
  cancelled: "var(--slot-skipped)",
};
// Not by colour alone.
const SIGN: Readonly<Record<string, string>> = { late: "!", failed: "×", skipped: "–", cancelled: "–" };

const STYLE = { background: "transparent", color: "var(--muted)", fontSize: "11px", fontFamily: "inherit" };
const DRIFT_LIMIT_S = 300;
const PERIOD_MS = CHART_DAYS * 24 * 3600_000;
const TICKS = [0, 1, 2, 5, 10, 20, 40, 60, 120, 300, 600, 1200, 3600, 7200, 14400, 43200];

/** Slots by day and time of day on the clocks of the organisation. */
export function drawCalendar(element: Element, slots: readonly SyncSlot[], timeZone: string): void {
  const parts = new Intl.DateTimeFormat("sv-SE", {
    ...{ timeZone, year: "numeric", month: "2-digit", day: "2-digit" },
    ...{ hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
  });
  const cells = slots.map((slot) => {
    const [day = "", time = ""] = parts.format(toInstant(slot.scheduled_for) ?? 0).split(" ");
    return { ...slot, day, time };
  });
  // One more: the period begins in the middle of a day.
  const days = lastDays(CHART_DAYS + 1, new Date(), timeZone);
  const times = [...new Set(cells.map(({ time }) => time))].sort();
  const every = Math.ceil(times.length / 12);
  const width = Math.max(280, element.clientWidth);
  const title = ({ scheduled_for, state, reason, drift_seconds }: (typeof cells)[number]) =>
    `${inZone(scheduled_for, timeZone)}\n${state}${reason ? `: ${reason.replaceAll("_", " ")}` : ""}${
      drift_seconds === null ? "" : `\nstarted ${duration(Number(drift_seconds))} after its slot`
    }`;
  replace(
    element,
    Plot.plot({
      width,
      height: Math.min(26 + Math.max(times.length * 14, 28), 320),
      marginTop: 0,
      marginLeft: 42,
      marginBottom: 22,
      marginRight: 0,
      style: STYLE,
      x: {
        domain: days,
        padding: 0.12,
        label: null,
        tickSize: 0,
        ticks: days.filter((_, n) => n % Math.ceil(days.length / (width / 64)) === 0),
        tickFormat: (day: string) =>
          new Date(`${day}T12:00Z`).toLocaleDateString(LOCALE, { day: "numeric", month: "short" }),
      },
      y: {
        domain: times,
        padding: 0.14,
        label: null,
        tickSize: 0,
        ticks: times.filter((_, n) => n % every === 0),
      },
      marks: [
        Plot.cell(cells, {
          x: "day",
          y: "time",
          fill: ({ state }) => FILL[state] ?? "var(--slot-open)",
          rx: 2,
          title,
          tip: true,
        }),
        Plot.text(cells.filter(({ state }) => state in SIGN), {
          x: "day",
          y: "time",
          text: ({ state }) => SIGN[state],
          fill: "var(--slot-sign)",
          fontSize: 9,
          fontWeight: 700,
          pointerEvents: "none",
        }),
      ],
    }),
  );
}

/** One dot a run: how late it began, or how long it took. */
export function drawTrend(
  element: Element,
  runs: readonly SyncRun[],
  what: "drift" | "duration",
  timeZone: string,
): void {
  const dots = runs.flatMap((run) => {
    const at = toInstant(run.started_at);
    const seconds = what === "drift"
      ? secondsBetween(run.scheduled_for, run.started_at)
      : secondsBetween(run.started_at, run.finished_at);
    return at === null || seconds === null ? [] : [{ at, seconds: Math.max(seconds, 0), status: run.status }];
  });
  const most = Math.max(...dots.map(({ seconds }) => seconds), 1);
  const isBad = ({ seconds, status }: (typeof dots)[number]) =>
    what === "drift" ? seconds > DRIFT_LIMIT_S : status === "failed";
  replace(
    element,
    Plot.plot({
      width: Math.max(280, element.clientWidth),
      height: 150,
      marginTop: 8,
      marginLeft: 44,
      marginBottom: 22,
      marginRight: 8,
      style: STYLE,
      x: {
        type: "utc",
        domain: [Date.now() - PERIOD_MS, Date.now()],
        label: null,
        ticks: "week",
        tickSize: 0,
        tickFormat: (at: Date) => at.toLocaleDateString(LOCALE, { day: "numeric", month: "short" }),
      },
      // A run that took hours must not press all others to the ground.
      y: {
        type: "sqrt",
        domain: [0, most * 1.1],
        label: null,
        ticks: ticksUpTo(most * 1.1),
        tickSize: 0,
        grid: true,
        tickFormat: toTick,
      },
      marks: [
        ...(what === "drift" && most > DRIFT_LIMIT_S
          ? [Plot.ruleY([DRIFT_LIMIT_S], { stroke: "var(--warn)", strokeDasharray: "3 3" })]
          : []),
        Plot.dot(dots, {
          x: "at",
          y: "seconds",
          r: 2.2,
          fill: (dot) => isBad(dot) ? "var(--slot-failed)" : "var(--chart)",
          fillOpacity: 0.75,
          title: ({ at, seconds, status }) => `${inZone(at, timeZone)}\n${duration(seconds)}, ${status}`,
          tip: true,
        }),
      ],
    }),
  );
}

/** As many as have room, from the top: one below another by at least a fifth of the height. */
function ticksUpTo(most: number): number[] {
  const fits: number[] = [];
  for (const tick of TICKS.filter((seconds) => seconds <= most).reverse()) {
    const above = fits.at(-1);
    if (above === undefined || Math.sqrt(above / most) - Math.sqrt(tick / most) > 0.2) fits.push(tick);
  }
  return fits;
}

function toTick(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  return seconds < 3600 ? `${seconds / 60} min` : `${seconds / 3600} h`;
}

function replace(element: Element, plot: Element): void {
  // The element around it has the description.
  plot.setAttribute("aria-hidden", "true");
  element.replaceChildren(plot);
  // What does not fit is older.
  element.scrollLeft = element.scrollWidth;
}
