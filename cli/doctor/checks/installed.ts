import { type Check, fail, type Finding, pass } from "../check.ts";
import type { Schemas } from "../schemas.ts";

/** Is the bundle there, in which version, and is each function the one that this checkout brings? */
export const installed: Check = {
  name: "installed",
  healthy: "The bundle is installed.",
  async examine({ look, schemas }) {
    const found = await look(async (tx) => {
      const [there] = await tx<{ bundle: boolean; hasVersion: boolean }[]>`
        select to_regclass('sync_scheduler.settings') is not null as bundle,
          to_regprocedure('sync_scheduler.version()') is not null as "hasVersion"`;
      const bundle = there?.bundle === true;
      const functions = await tx<PresentFunction[]>`
        select n.nspname || '.' || p.proname as name, p.prosrc as body
        from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
        where n.nspname in ('sync_scheduler', 'public')`;
      if (there?.hasVersion !== true) return { bundle, functions, version: null };
      const [row] = await tx<{ version: string }[]>`select version from sync_scheduler.version()`;
      return { bundle, functions, version: row?.version ?? null };
    });
    if (!found.bundle) {
      return [
        fail(
          "The bundle is not in this database. Run `npx sync-scheduler install` in the project, then `supabase db push`.",
        ),
      ];
    }
    const findings = compareFunctions(found.functions, schemas, found.version ?? "an unknown version");
    return findings.length > 0
      ? findings
      : [pass(`Version ${found.version}; every function is as it brings it.`)];
  },
};

/** A function as the catalog has it. */
interface PresentFunction {
  readonly name: string;
  readonly body: string;
}

// A host with its own membership replaces these two.
const ADAPTER = ["sync_scheduler.has_org_role", "sync_scheduler.member_org_ids"];
/** More than anybody edits by hand. */
const MANY = 12;

function compareFunctions(
  present: readonly PresentFunction[],
  schemas: Schemas,
  version: string,
): Finding[] {
  const bodies = new Set(present.map(({ name, body }) => `${name} ${body}`));
  const names = new Set(present.map(({ name }) => name));
  const other = schemas.functions.filter(({ name, body }) =>
    !bodies.has(`${name} ${body}`) && !(ADAPTER.includes(name) && names.has(name))
  );
  if (other.length > MANY) {
    return [fail(
      `${other.length} functions are missing or other than in this checkout: the database has ${version}. ` +
        "Install this one over it, or ask the doctor of that version.",
    )];
  }
  return other.map(({ name, definition }) =>
    names.has(name)
      ? fail(`${name} is not the function that this checkout brings.`, definition.trim())
      : fail(`The function ${name} is missing.`, definition.trim())
  );
}
