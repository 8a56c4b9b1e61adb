import { basename, dirname } from "node:path";
import type { SchemaFile } from "../../../cli/bundle/schema_files.ts";
import { hashOf, type Mutant, placeOf } from "../mutant.ts";
import { areaOf } from "./areas.ts";
import { faultsOfDefinition } from "./definitions.ts";
import { callsOfFunction, faultsOfFunction } from "./functions.ts";
import { nameOf, parseStatements, relationOf, type Tree } from "./tree.ts";

/** A statement of the schema. */
export interface SchemaStatement {
  /** Of the schema folder: `30_functions/runs/trigger.sql`. */
  readonly path: string;
  readonly text: string;
  readonly tree: Tree;
  /** The function that it creates, qualified; null when it creates none. */
  readonly creates: string | null;
}

/** The statements of the schema files, in load order. */
export function readStatements(files: readonly Pick<SchemaFile, "path" | "sql">[]): SchemaStatement[] {
  return files.flatMap(({ path, sql }) =>
    parseStatements(sql).map(({ text, tree }) => {
      const create = tree.CreateFunctionStmt as Tree | undefined;
      return {
        path,
        text: text.trim(),
        tree,
        creates: create === undefined ? null : nameOf(create.funcname),
      };
    })
  );
}

/** Which functions each function calls. */
export function readCalls(statements: readonly SchemaStatement[]): Map<string, Set<string>> {
  const calls = new Map<string, Set<string>>();
  for (const statement of statements) {
    if (statement.creates !== null) calls.set(statement.creates, callsOfFunction(statement));
  }
  return calls;
}

/** A mutant, and the statement that it replaces. */
export interface SqlMutant extends Mutant {
  readonly original: string;
  /** The function that has the fault, or that a trigger with the fault executes; null of another fault. */
  readonly runs: string | null;
  /** The tables whose triggers execute that function. */
  readonly tables: readonly string[];
  /** What that function quotes and a test may name: kinds of alerts, codes of errors, states. */
  readonly quotes: ReadonlySet<string>;
  /** Empty when the fault cannot be written. */
  readonly mutated: string;
}

const FOLDER = "supabase/schemas";

/** The table of a trigger and the function that it executes, both qualified; null of another statement. */
function triggerOf({ CreateTrigStmt }: Tree): { table: string; executes: string } | null {
  const trigger = CreateTrigStmt as Tree | undefined;
  return trigger === undefined
    ? null
    : { table: relationOf(trigger.relation), executes: nameOf(trigger.funcname) };
}

/** The names with an underscore in the quoted texts of a statement. Shorter words are in every test. */
function quotesOf(text: string): Set<string> {
  const quoted = text.match(/'[^']*'/g) ?? [];
  return new Set(quoted.flatMap((part) => part.match(/\b[a-z]+(?:_[a-z]+)+\b/g) ?? []));
}

/** Every mutant of the schema, or of the files that are wanted. */
export function makeSqlMutants(
  statements: readonly SchemaStatement[],
  isWanted: (file: string) => boolean = () => true,
): SqlMutant[] {
  const calls = readCalls(statements);
  const tick = [...calls.keys()].find((name) => name.endsWith(".tick"));
  const inTick = new Set(tick === undefined ? [] : [tick, ...calls.get(tick) ?? []]);
  const quotes = new Map(statements.map(({ creates, text }) => [creates, quotesOf(text)]));
  const triggers = statements.flatMap(({ tree }) => triggerOf(tree) ?? []);
  const seen = new Map<string, number>();
  return statements.flatMap((statement) => {
    const { path, text: original, tree, creates } = statement;
    if (!isWanted(`${FOLDER}/${path}`)) return [];
    const runs = creates ?? triggerOf(tree)?.executes ?? null;
    const tables = [
      ...new Set(triggers.filter(({ executes }) => executes === runs).map(({ table }) => table)),
    ];
    const faults = creates === null
      ? [...faultsOfDefinition(tree)]
      : [...faultsOfFunction(statement)].map((fault) => ({
        ...fault,
        target: creates,
        area: areaOf({
          ...fault,
          target: creates,
          folder: basename(dirname(path)).replace(/^\d+_/, ""),
          isTick: inTick.has(creates),
        }),
      }));
    return faults.map(({ area, target, kind, node, describe, write }): SqlMutant => {
      const same = `${target} ${kind} ${hashOf(node)}`;
      const nth = seen.get(same) ?? 0;
      seen.set(same, nth + 1);
      const place = placeOf(node, nth);
      return {
        ...{ id: `${target} ${kind} ${place}`, area, language: "sql", target, kind, place },
        ...{ file: `${FOLDER}/${path}`, describe: describe.replace(/\s+/g, " ") },
        ...{ targetHash: hashOf(original), original },
        ...{ runs, tables, quotes: quotes.get(runs) ?? new Set() },
        get mutated() {
          return write() ?? "";
        },
      };
    });
  });
}
