import { type Check, fail } from "../check.ts";

/** Is row level security on, with its policies, wherever the bundle switched it on? */
export const rowSecurity: Check = {
  name: "row_security",
  healthy: "It is on for every table that clients read, with its policies.",
  async examine({ look, schemas }) {
    const { off, policies } = await look(async (tx) => ({
      off: await tx<{ name: string }[]>`
        select n.nspname || '.' || c.relname as name
        from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
        where not c.relrowsecurity and n.nspname || '.' || c.relname in ${
        tx([...schemas.rowSecurity.keys()])
      }`,
      policies: await tx<{ name: string }[]>`
        select schemaname || '.' || tablename || ': ' || policyname as name from pg_catalog.pg_policies`,
    }));
    const present = new Set(policies.map(({ name }) => name));
    return [
      ...off.map(({ name }) =>
        fail(
          `Row level security of ${name} is off: every organisation can read it.`,
          schemas.rowSecurity.get(name) ?? null,
        )
      ),
      ...[...schemas.policies].filter(([name]) => !present.has(name)).map(([name, statement]) =>
        fail(`The policy ${name} is missing.`, statement)
      ),
    ];
  },
};
