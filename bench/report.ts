import { cpus } from "node:os";
import { goalMet, type Result } from "./benchmark.ts";

/** All that a run of the benchmarks found. */
export interface Report {
  readonly quick: boolean;
  readonly results: readonly Result[];
  readonly notes: readonly string[];
}

/** The results as lines of a table; the widest cell of a column decides its width. */
export function formatTable(results: readonly Result[]): string {
  const header = ["benchmark", "case", "measured", "reference", "unit", "ratio", "min", "max", "goal"];
  const rows = results.map((result) => [
    result.benchmark,
    result.case,
    number(result.measured),
    number(result.reference),
    result.unit,
    ...[result.ratio.median, result.ratio.min, result.ratio.max].map((ratio) => ratio.toFixed(2)),
    goal(result),
  ]);
  const widths = header.map((name, n) => Math.max(name.length, ...rows.map((row) => row[n]?.length ?? 0)));
  const isText = (n: number): boolean => n < 2 || n === 4 || n === 8;
  const line = (cells: readonly string[]): string =>
    cells.map((cell, n) => isText(n) ? cell.padEnd(widths[n] ?? 0) : cell.padStart(widths[n] ?? 0)).join("  ")
      .trimEnd();
  return [line(header), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
}

/** Writes the report with what a later reader needs, under its release or its time. Returns the file's path. */
export async function writeReport(report: Report, directory: URL, release?: string): Promise<string> {
  await Deno.mkdir(directory, { recursive: true });
  const finished_at = new Date().toISOString();
  const file = new URL(`${release ?? finished_at.replaceAll(":", "-")}.json`, directory);
  const machine = { os: Deno.build.os, arch: Deno.build.arch, cpus: cpus().length, deno: Deno.version.deno };
  const results = report.results.map((result) => ({ ...result, goal_met: goalMet(result) }));
  await Deno.writeTextFile(
    file,
    JSON.stringify({ finished_at, machine, ...report, results }, null, 2) + "\n",
  );
  return decodeURIComponent(file.pathname);
}

function number(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(3);
}

function goal(result: Result): string {
  if (result.goal === undefined) return "";
  const text = "atLeast" in result.goal
    ? `>= ${rounded(result.goal.atLeast)}`
    : `<= ${rounded(result.goal.atMost)}`;
  return `${text} ${goalMet(result) === true ? "met" : "missed"}`;
}

function rounded(value: number): number {
  return Number(value.toFixed(3));
}
