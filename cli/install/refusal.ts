import { CliError } from "../errors.ts";

/**
 * The install cannot go on as it is: nothing was written, and the message says what to do.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Refusal } from "./refusal.ts";
 *
 * assert.equal(new Refusal("There is no supabase folder.").message, "There is no supabase folder.");
 * ```
 */
export class Refusal extends CliError {
  override readonly name = "Refusal";
}
