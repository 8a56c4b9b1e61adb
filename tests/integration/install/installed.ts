import assert from "node:assert/strict";

/** The function's block of `config.toml`. */
export const BLOCK = `
[functions.integration-sync]
enabled = true
# The one-time attempt token in the body is the authentication; no key has to be installed or rotated.
verify_jwt = false
entrypoint = "./functions/integration-sync/index.ts"
`;
/** The function's first file, and the migration that a host without our organisations writes. */
export const ENTRY = "functions/integration-sync/index.ts";
export const ADAPTER = /_sync_scheduler_membership_adapter\.sql$/;

/** Installs, and returns what the command has printed. */
export async function installed(
  project: { install(args?: readonly string[]): Promise<{ code: number; text: string }> },
  ...args: string[]
): Promise<string> {
  const { code, text } = await project.install(args);
  assert.equal(code, 0, text);
  return text;
}
