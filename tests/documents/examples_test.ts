/**
 * The examples in JSDoc and Markdown. Each is a module and a test. They share this file's worker: `deno test --doc` starts
 * one for each example. `deno check --doc-only` has checked their types.
 *
 * @module
 */
import assert from "node:assert/strict";
import { dirname, join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { root } from "../../tools/run_deno.ts";

/** What the checkout has of others, or makes. */
const SKIPPED = ["node_modules", "dist", "examples"];

async function* sources(folder: string): AsyncGenerator<string> {
  for (const { name, isDirectory } of await Array.fromAsync(Deno.readDir(folder))) {
    if (name.startsWith(".") || SKIPPED.includes(name)) continue;
    if (isDirectory) yield* sources(join(folder, name));
    else if (/\.(ts|md)$/.test(name)) yield join(folder, name);
  }
}

/** Code in a fence, with as many empty lines before it as its source has: then errors name the right line. */
function* fences(text: string): Generator<{ line: number; code: string }> {
  for (const { index, 1: code = "" } of text.matchAll(/^```ts\n([^]*?)^```/gm)) {
    const line = text.slice(0, index).split("\n").length;
    yield { line, code: "\n".repeat(line) + code };
  }
}

/** The comments of a module as Markdown, each line at its place. */
function comments(text: string): string {
  const outside = (code: string) => code.replaceAll(/[^\n]/g, "");
  let markdown = "";
  let end = 0;
  for (const { index, 0: comment } of text.matchAll(/^ *\/\*\*$[^]*?\*\/$/gm)) {
    markdown += outside(text.slice(end, index)) + comment.replaceAll(/^ *(\/\*\*| \*\/| \* ?)/gm, "");
    end = index + comment.length;
  }
  return markdown;
}

/** The example as a module elsewhere: its imports are resolved from its place. */
function moved(code: string, source: string): string {
  const found = (specifier: string) =>
    specifier.startsWith(".")
      ? pathToFileURL(join(dirname(source), specifier)).href
      : import.meta.resolve(specifier);
  return code.replaceAll("import.meta.url", () => JSON.stringify(pathToFileURL(source).href)).replaceAll(
    /^((?:import|export|\}).*\bfrom |import |.*\bimport\()"([^"]+)"/gm,
    (_, before, specifier) => `${before}"${found(specifier)}"`,
  );
}

const directory = await Deno.makeTempDir({ prefix: "examples_" });
Deno.test.afterAll(() => Deno.remove(directory, { recursive: true }));

let count = 0;
for await (const source of sources(root)) {
  const text = await Deno.readTextFile(source);
  const path = relative(root, source);
  for (const { line, code } of fences(source.endsWith(".md") ? text : comments(text))) {
    count++;
    Deno.test(`the example at ${path}:${line} runs`, async () => {
      const file = join(directory, `${path.replaceAll(/[\\/]/g, "_")}_${line}.ts`);
      await Deno.writeTextFile(file, moved(code, source));
      await import(pathToFileURL(file).href);
    });
  }
}

Deno.test("the examples were found", () => assert.ok(count > 250, `${count} examples`));
