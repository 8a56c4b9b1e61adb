import assert from "node:assert/strict";
import { mutantsOf } from "../../../tools/mutate/typescript/make_mutants.ts";

function faultsIn(body: string): string[] {
  const text = `export function f(a, b) { ${body} }\n`;
  return mutantsOf({ file: "f.ts", text, area: "function" }).map(({ kind, mutated }) =>
    `${kind}: ${mutated.slice("export function f(a, b) { ".length, -" }\n".length)}`
  );
}

for (
  const [what, body, faults] of [
    ["a condition", "if (a) b();", [
      "negate-condition: if (!(a)) b();",
      "drop-statement: if (a) ;",
    ]],
    ["a guard", "if (a) return;", [
      "negate-condition: if (!(a)) return;",
      "drop-guard: ;",
      "drop-statement: if (a) ;",
    ]],
    ["two conditions", "return a && b;", [
      "drop-operand: return b;",
      "drop-operand: return a;",
      "swap-and-or: return ((a) || (b));",
    ]],
    ["a comparison", "return a < b;", ["turn-comparison: return a <= b;"]],
    ["a default", "return a ?? b;", ["drop-default: return a;"]],
    ["a constant", "return 30;", ["change-number: return 300;"]],
    ["a state", 'return "ambiguous";', ['change-word: return "transient";']],
    ["a signal", "return a(b, b.signal);", ["drop-argument: return a(b);"]],
    ["an option", "return a({ signal: b });", ["drop-option: return a({ ...{} });"]],
    ["a bound", "return Math.min(a, b);", ["swap-bound: return Math.max(a, b);"]],
    ["a filter", "return a.filter(b);", ["drop-filter: return a;"]],
    ["a catch", "try { a; } catch { return b; }", ["empty-catch: try { a; } catch {}"]],
    ["a finally", "try { a; } finally { b; }", ["empty-finally: try { a; } finally {}"]],
    ["a log", 'tools.log("no", { a: 1 });', []],
    ["the words of an error", 'return new SyncError("a", "b", { details: 1 });', []],
    ["a type", "type A = 1 | true;", []],
  ] as const
) {
  Deno.test(`mutantsOf puts ${faults.length} faults into ${what}`, () =>
    assert.deepEqual(faultsIn(body), faults));
}

Deno.test("a mutant keeps its name when its file moves, is formatted anew or gets more functions", () => {
  const idsIn = (file: string, text: string) =>
    mutantsOf({ file, text, area: "function" }).map(({ id }) => id);
  const before = idsIn(
    "a.ts",
    "export function f(a) { return helper(a) < 7; }\nfunction helper(a) { return a > 1; }\n",
  );
  const after = idsIn(
    "folder/b.ts",
    "/** Words. */\nexport function f(a) {\n  // More.\n  return helper(a) <\n    7;\n}\n" +
      "function other() {}\nfunction helper(a) { return a > 1; }\n",
  );
  assert.deepEqual(after, before);
  assert.equal(new Set(before).size, 4);
});
