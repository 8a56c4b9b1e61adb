import { secondsUntilSettled } from "./retry_lookup.ts";
import type { ExportTools } from "../export/work.ts";

/**
 * Whether a batch whose outcome is not known may be set aside, and others be sent. The journal must be empty, because
 * the next posting would take its lines. And no request of ours may still put something there. Throws
 * BusinessCentralFault.
 *
 * @param tools What the export worked with.
 * @param settleSeconds How long a request that was lost sight of may still be carried out.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { emptyBooks } from "../testing/books.ts";
 * import { hasLeftNothing } from "./stuck.ts";
 *
 * assert.equal(await hasLeftNothing(emptyBooks(), 0), true);
 * assert.equal(await hasLeftNothing(emptyBooks(), 600), false);
 * ```
 */
export async function hasLeftNothing(tools: ExportTools, settleSeconds: number): Promise<boolean> {
  const { context, journal, memory } = tools;
  if (!memory.isQuiet && await secondsUntilSettled(context, settleSeconds) > 0) return false;
  return (await journal.read()).length === 0;
}
