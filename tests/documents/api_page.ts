/**
 * `docs/reference/api.md` as the tests read it.
 *
 * @module
 */

/** The section of one function. */
export interface ApiSection {
  readonly name: string;
  /** `name(argument type = default, ...)` as the page states it. */
  readonly signature: string;
  readonly text: string;
}

/** A block of code that runs, and what it needs. */
export interface ApiExample {
  /** The heading above it. */
  readonly section: string;
  readonly code: string;
  /** What has to be there before: the words of `<!-- given: ... -->` above it. */
  readonly given: string | null;
}

/** Reads the page. */
export function readPage(): Promise<string> {
  return Deno.readTextFile(new URL("../../docs/reference/api.md", import.meta.url));
}

/** The sections of functions: those whose heading is a name as SQL has it. */
export function apiSections(page: string): ApiSection[] {
  return sections(page).filter(([name]) => /^[a-z]+(_[a-z]+)+$/.test(name)).map(([name, text]) => {
    const signature = new RegExp(`^\`(${name}\\([^\`]*\\)) →`, "m").exec(text)?.[1] ?? "";
    return { name, signature, text };
  });
}

/** Every example, in the order of the page. */
export function apiExamples(page: string): ApiExample[] {
  return sections(page).flatMap(([section, text]) =>
    [...text.matchAll(/(?:<!-- given: (.+?) -->\n\n)?```ts ignore\n([^]*?)```/g)].map((
      [, given, code = ""],
    ) => ({ section, code, given: given ?? null }))
  );
}

function sections(page: string): [string, string][] {
  return page.split(/^## /m).slice(1).map((section) => {
    const end = section.indexOf("\n");
    return [section.slice(0, end), section.slice(end)];
  });
}
