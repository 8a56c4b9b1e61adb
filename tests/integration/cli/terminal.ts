import { PassThrough } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import type { Terminal } from "../../../cli/prompts.ts";
import { until } from "../../../local/wait.ts";

export const ENTER = "\r";
export const DOWN = "\u001b[B";
export const CTRL_C = "\u0003";

/** A terminal with a person at it. */
export interface PersonAtTerminal extends Terminal {
  /** What has been on the screen, without colours. */
  screen(): string;
  /** Types keys when the question is there. */
  type(question: string, keys: string): Promise<void>;
}

/** Opens one that is wide enough for every line. */
export function openTerminal(): PersonAtTerminal {
  const input = new PassThrough();
  const output = Object.assign(new PassThrough(), { columns: 120, rows: 40, isTTY: true });
  let screen = "";
  output.on("data", (chunk) => screen += stripVTControlCharacters(String(chunk)));
  return {
    input,
    output,
    screen: () => screen,
    type: async (question, keys) => {
      await until(question, () => screen.includes(question));
      input.write(keys);
    },
  };
}
