import { Parser } from "tap-parser";

/** One line `ok` or `not ok`. */
export interface PgtapAssertion {
  readonly name: string;
  /** False only for a real failure: a failing TODO is not one. */
  readonly passed: boolean;
  /** What pgTAP said about it: expected, found. */
  readonly diagnostics: string;
}

/** What became of one file. */
export interface PgtapReport {
  readonly assertions: readonly PgtapAssertion[];
  /** What went wrong apart from single assertions: an SQL error, a plan that was not kept, `Bail out!`. */
  readonly problems: readonly string[];
}

/**
 * Reads pgTAP's output.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { parseTap } from "./parse_tap.ts";
 *
 * const { assertions, problems } = parseTap("1..2\nok 1 - has the table");
 * assert.deepEqual(assertions.map(({ name, passed }) => [name, passed]), [["has the table", true]]);
 * assert.equal(problems.length, 1); // planned two, ran one
 * ```
 */
export function parseTap(text: string): PgtapReport {
  const assertions: { name: string; passed: boolean; diagnostics: string }[] = [];
  const problems: string[] = [];
  const parser = new Parser({ strict: false });
  parser.on("assert", (result) => {
    const excused = Boolean(result.todo) || Boolean(result.skip);
    const note = result.todo ? " # TODO" : result.skip ? " # SKIP" : "";
    assertions.push({
      name: `${result.name === "" ? `assertion ${result.id}` : result.name}${note}`,
      passed: result.ok || excused,
      diagnostics: "",
    });
  });
  parser.on("comment", (comment) => {
    // pgTAP explains an assertion in the comments that follow it.
    const last = assertions.at(-1);
    if (last !== undefined) last.diagnostics += comment;
  });
  parser.on("bailout", (reason) => problems.push(`Bail out! ${reason}`.trimEnd()));
  parser.on("complete", (results) => {
    // The parser takes silence for "skip all"; a file must say that it wants to skip all.
    if (assertions.length === 0 && !/^1\.\.0\b/m.test(text)) problems.push("the file made no assertion");
    for (const failure of results.failures) {
      // A failed assertion has its own entry above; what is left is about the plan.
      if ("tapError" in failure && typeof failure.tapError === "string") problems.push(failure.tapError);
    }
    // The last word is the parser's: whatever it dislikes without a reason above is a problem as well.
    if (!results.ok && problems.length === 0 && assertions.every(({ passed }) => passed)) {
      problems.push("the output is not TAP that passes");
    }
  });
  parser.end(`${text}\n`);
  return { assertions, problems };
}
