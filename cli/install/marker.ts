import { sha256 } from "../bundle/schema_files.ts";

/** The bundle's name in every file that it brings. */
export const BUNDLE = "sync-scheduler";

/** What a file of a host says about where it comes from. */
export interface Marker {
  /** `major.minor.patch`, or `unreleased`. */
  readonly release: string;
  /** What it is to the bundle, whatever the host calls the file. */
  readonly id: string;
  /** Whether it has been edited since; false for a file that is the host's to edit. */
  readonly edited: boolean;
  /** Its contents without the marker, as it was brought. */
  readonly text: string;
}

const LINE = new RegExp(`^(?:--|//) ${BUNDLE} (\\S+) (\\S+) (?:sha256:([0-9a-f]{64})|yours)\\n`, "m");

/**
 * Puts the line into a file by which an install is known again: bundle, release, id and checksum of the contents.
 *
 * @param path Its ending gives the language.
 * @param isYours The host edits this file: no checksum, and no install ever touches it again.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { mark, readMarker } from "./marker.ts";
 *
 * const file = mark("a.sql", "select 1;\n", { release: "0.1.0", id: "setup" });
 * assert.match(file, /^-- sync-scheduler 0\.1\.0 setup sha256:[0-9a-f]{64}\nselect 1;\n$/);
 * assert.equal(readMarker(file)?.edited, false);
 * assert.equal(readMarker(file.replace("select 1", "select 2"))?.edited, true);
 * assert.equal(readMarker("select 1;\n"), null);
 * ```
 */
export function mark(
  path: string,
  text: string,
  { release, id, isYours = false }: { release: string; id: string; isYours?: boolean },
): string {
  const words = `${release} ${id} ${isYours ? "yours" : `sha256:${sha256(text)}`}`;
  if (path.endsWith(".sql")) return `-- ${BUNDLE} ${words}\n${text}`;
  if (path.endsWith(".ts")) return `// ${BUNDLE} ${words}\n${text}`;
  throw new Error(`${path}: nowhere to put the marker`);
}

/**
 * Finds the marker of a file; null when the file is not the bundle's. Line ends do not count: a version control system
 * may have changed them.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { mark, readMarker } from "./marker.ts";
 *
 * const file = mark("retry.ts", "export {};\n", { release: "0.1.0", id: "retry.ts" });
 * assert.equal(readMarker(file.replaceAll("\n", "\r\n"))?.text, "export {};\n");
 * ```
 */
export function readMarker(contents: string): Marker | null {
  const text = contents.replaceAll("\r\n", "\n");
  const found = LINE.exec(text);
  if (found === null) return null;
  const [line, release = "", id = "", checksum] = found;
  const without = text.slice(0, found.index) + text.slice(found.index + line.length);
  return { release, id, edited: checksum !== undefined && sha256(without) !== checksum, text: without };
}
