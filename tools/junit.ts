import { type Document, DOMParser } from "@xmldom/xmldom";

/** How many tests ended how. */
export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/**
 * Counts the tests and steps of a JUnit report as `deno test --junit-path` writes it. Tests that a filter left out
 * are in the report too, as skipped ones without a time; they are not counted.
 *
 * The report does not know of errors outside any test (a module that throws while loading): only the exit code does.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { countJunit } from "./junit.ts";
 *
 * const report = `<testsuites><testsuite name="a_test.ts">
 *   <testcase name="adds" time="0.001"/>
 *   <testcase name="subtracts" time="0.002"><failure message="no">1 is not 2</failure></testcase>
 *   <testcase name="is for later" time="0.000"><skipped/></testcase>
 *   <testcase name="does not match the filter"><skipped/></testcase>
 * </testsuite></testsuites>`;
 * assert.deepEqual(countJunit(report), { passed: 1, failed: 1, skipped: 1 });
 * ```
 */
export function countJunit(xml: string): TestCounts {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const testcase of Array.from(parse(xml).getElementsByTagName("testcase"))) {
    const has = (name: string) => testcase.getElementsByTagName(name).length > 0;
    if (has("failure") || has("error")) counts.failed++;
    else if (!has("skipped")) counts.passed++;
    else if (testcase.hasAttribute("time")) counts.skipped++;
  }
  return counts;
}

/** A test or step that failed. */
export interface TestFailure {
  /** `FILE: TEST > STEP`. */
  readonly name: string;
  /** What was thrown, with the stack. */
  readonly text: string;
}

/**
 * What failed, and why, of a JUnit report. A test that failed only because its steps did is left out.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { readFailures } from "./junit.ts";
 *
 * const report = `<testsuites><testsuite name="./a_test.ts">
 *   <testcase name="subtracts" classname="./a_test.ts"><failure message="no">1 is not 2</failure></testcase>
 *   <testcase name="adds"><failure message="1 test step failed">1 test step failed.</failure></testcase>
 * </testsuite></testsuites>`;
 * assert.deepEqual(readFailures(report), [{ name: "./a_test.ts: subtracts", text: "1 is not 2" }]);
 * ```
 */
export function readFailures(xml: string): TestFailure[] {
  const failures: TestFailure[] = [];
  for (const testcase of Array.from(parse(xml).getElementsByTagName("testcase"))) {
    const [found] = ["failure", "error"].flatMap((tag) => Array.from(testcase.getElementsByTagName(tag)));
    const text = found?.textContent?.trim();
    if (text === undefined || /^\d+ test steps? failed\.$/.test(text)) continue;
    failures.push({ name: `${testcase.getAttribute("classname")}: ${testcase.getAttribute("name")}`, text });
  }
  return failures;
}

function parse(xml: string): Document {
  const document = new DOMParser({
    onError: (level, message) => {
      throw new Error(`the JUnit report is no XML (${level}): ${message}`);
    },
  }).parseFromString(xml, "text/xml");
  if (document.documentElement?.tagName !== "testsuites") {
    throw new Error("the JUnit report has no <testsuites>");
  }
  return document;
}
