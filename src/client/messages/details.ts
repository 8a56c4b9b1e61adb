/**
 * What the details of an error add to its sentence: ": reason." or the full stop alone.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { because } from "./details.ts";
 *
 * assert.equal(`The period is not valid${because("from must be before to")}`, "The period is not valid: from must be before to.");
 * assert.equal(`The period is not valid${because(undefined)}`, "The period is not valid.");
 * ```
 */
export function because(reason: unknown): string {
  return reason ? `: ${String(reason).replace(/\.$/, "")}.` : ".";
}

/**
 * Something, and what is wrong with it: "hour 25 is out of range", "minute 5-3: the range runs backwards".
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { fault } from "./details.ts";
 *
 * assert.equal(fault(["hour", "25"], "is out of range"), "hour 25 is out of range");
 * assert.equal(fault([], "the step is 0"), "the step is 0");
 * ```
 */
export function fault(subject: readonly unknown[], reason: string): string {
  const words = subject.filter(Boolean).join(" ");
  return words ? words + (/^(is|er|must|må) /.test(reason) ? " " : ": ") + reason : reason;
}

/**
 * Names from the details: the first three, and how many more there are.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { names } from "./details.ts";
 *
 * assert.equal(names(["a", "b"]), "a, b");
 * assert.equal(names([{ entry_key: "a", state: "sending" }], { sending: "being sent" }), "a (being sent)");
 * assert.equal(names(["a", "b", "c", "d", "e"]), "a, b, c (+2)");
 * assert.equal(names([{ entry_key: "a", field: "period", reason: "is missing" }], {}, 7), "a (period is missing) (+6)");
 * assert.equal(names(undefined), "");
 * ```
 */
export function names(list: unknown, states: Readonly<Record<string, string>> = {}, count?: unknown): string {
  const all: unknown[] = Array.isArray(list) ? list : [];
  const first = all.slice(0, 3).map((one) => {
    const { entry_key, state, field, reason } = (typeof one === "object" && one ||
      { entry_key: one }) as Record<string, unknown>;
    const more = reason ? fault([field], String(reason)) : states[String(state)] ?? state;
    return more ? `${entry_key} (${more})` : `${entry_key}`;
  });
  const rest = (typeof count === "number" ? count : all.length) - first.length;
  return first.join(", ") + (rest > 0 ? ` (+${rest})` : "");
}

/** Details that are texts, each with its name: "n: 1 to 100". */
export function pairs(
  details: Readonly<Record<string, unknown>>,
  translate = (reason: string): string => reason,
): string {
  return Object.entries(details).filter(([, value]) => typeof value === "string")
    .map(([name, value]) => `${name}: ${translate(String(value))}`).join(", ");
}
