import { type Check, fail, pass } from "../check.ts";

/** Are pg_net, pg_cron and Vault there, and does pg_cron know seconds? */
export const extensions: Check = {
  name: "extensions",
  healthy: "All are installed.",
  async examine({ look, schemas }) {
    const wanted = [...schemas.extensions.keys()];
    const found = await look(async (tx) =>
      await tx<{ name: string; installed: string | null }[]>`
        select a.name, e.extversion as installed
        from pg_catalog.pg_available_extensions a
        left join pg_catalog.pg_extension e on e.extname = a.name
        where a.name in ${tx(wanted)}`
    );
    const findings = [];
    for (const [name, statement] of schemas.extensions) {
      const extension = found.find((row) => row.name === name);
      if (extension === undefined) {
        findings.push(fail(`${name} is not installed, and this server does not offer it.`));
      } else if (extension.installed === null) {
        findings.push(fail(`${name} is not installed.`, statement));
      } else if (name === "pg_cron" && !knowsSeconds(extension.installed)) {
        findings.push(fail(
          `pg_cron ${extension.installed} knows no schedule of 30 seconds; it takes 1.5 or later.`,
          "alter extension pg_cron update;",
        ));
      }
    }
    return findings.length > 0 ? findings : [pass(
      found.map(({ name, installed }) => `${name} ${installed}`).sort().join(", "),
    )];
  },
};

/**
 * Whether that version of pg_cron takes `30 seconds` for a schedule.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { knowsSeconds } from "./extensions.ts";
 *
 * assert.deepEqual(["1.4-1", "1.5", "1.10", "2.0"].map(knowsSeconds), [false, true, true, true]);
 * ```
 */
export function knowsSeconds(version: string): boolean {
  const [major = 0, minor = 0] = version.split(/[.-]/).map(Number);
  return major > 1 || (major === 1 && minor >= 5);
}
