import { CODE, passagesOf } from "./markdown.ts";
import { sqlComments } from "./sql_comments.ts";
import { testNames } from "./test_names.ts";
import { type Comment, typescriptComments } from "./typescript_comments.ts";
import { WORDS } from "./words.ts";

/** Words of a sentence. */
const LONGEST = 30;
/** Words of the sentences of a unit. */
const AVERAGE = 20;
/** The changelog of what was released, which never changes afterwards. */
const RELEASED = /^## (?!Unreleased)[^]*/m;

/** A text that people read: a page of Markdown, or a file whose comments and names of tests count. */
export interface ProseFile {
  /** Ends in `.md`, `.sql`, `.psql`, `.ts` or `.tsx`. */
  readonly path: string;
  readonly text: string;
}

interface Sentence {
  readonly text: string;
  readonly place: string;
  readonly words: number;
  readonly flows: boolean;
}

const sentences = new Intl.Segmenter("en", { granularity: "sentence" });

/**
 * What breaks the rules for plain English, each with its file and line. A sentence has at most 30 words, and those of a
 * page or folder 20 on average. Nothing uses a word of `words.ts`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { proseFaults } from "./faults.ts";
 *
 * const text = "Fine.\n\nThis stands in `stands.ts`.\n";
 * assert.deepEqual(proseFaults([{ path: "a.md", text }]), ['a.md:3: "stands": is']);
 * ```
 */
export function proseFaults(files: readonly ProseFile[]): string[] {
  return [...Map.groupBy(files, ({ path }) => unitOf(path))].flatMap(([unit, members]) => {
    const all = members.flatMap(sentencesOf);
    const flowing = all.filter(({ flows }) => flows);
    const average = flowing.reduce((sum, { words }) => sum + words, 0) / Math.max(1, flowing.length);
    return [
      ...all.flatMap(faultsOf),
      ...(average > AVERAGE ? [`${unit}: ${average.toFixed(1)} words a sentence, at most ${AVERAGE}`] : []),
    ];
  });
}

/** What has an average: a page, or the comments of a folder. */
function unitOf(path: string): string {
  return path.endsWith(".md") ? path : path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

function sentencesOf({ path, text }: ProseFile): Sentence[] {
  const comments: Comment[] = path.endsWith(".md")
    ? [{ text: path === "CHANGELOG.md" ? text.replace(RELEASED, "") : text, line: 1 }]
    : path.endsWith("sql")
    ? sqlComments(text)
    : typescriptComments(text, path.endsWith("x"));
  return [...comments, ...testNames(path, text)].flatMap((comment) =>
    passagesOf(comment.text).flatMap((passage) =>
      // A line's end would end a sentence.
      [...sentences.segment(passage.text.replaceAll("\n", " "))].map(({ segment, index }) => {
        const lines = passage.text.slice(0, index).split("\n").length - 1;
        return {
          text: segment.trim(),
          place: `${path}:${comment.line + passage.line - 1 + lines}`,
          words: countWords(segment),
          flows: passage.flows,
        };
      })
    )
  ).filter(({ words }) => words > 0);
}

/** A list of codes is one word. So is an error with its SQLSTATE. */
function countWords(sentence: string): number {
  const words = sentence.replaceAll(/\bPT\d{3} \w+/g, CODE).replaceAll(CODES, CODE).split(/\s+/);
  return words.filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
}

const CODES = new RegExp(`${CODE}(?:,? (?:and |or |to )?${CODE})+`, "g");

function faultsOf({ text, place, words }: Sentence): string[] {
  const used = WORDS.flatMap(([word, instead]) => {
    const [found] = word.exec(text) ?? [];
    return found === undefined ? [] : [`${place}: "${found}": ${instead}`];
  });
  const long = words > LONGEST
    ? [`${place}: ${words} words, at most ${LONGEST}: "${text.slice(0, 50)}..."`]
    : [];
  return [...used, ...long];
}
