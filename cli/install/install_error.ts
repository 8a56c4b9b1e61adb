import { CliError } from "../errors.ts";

/**
 * The install cannot go on as it is: nothing was written, and the message says what to do.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { InstallError } from "./install_error.ts";
 *
 * assert.equal(new InstallError("There is no supabase folder.").message, "There is no supabase folder.");
 * ```
 */
export class InstallError extends CliError {
  override readonly name = "InstallError";
}
