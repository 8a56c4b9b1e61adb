import type { TransactionSql } from "postgres";
import { type Check, fail, pass } from "../check.ts";

/**
 * Whether organisations and members are the bundle's own tables: a type shows it that only the bundle has. False where
 * a host answers through functions of its own.
 *
 * @example
 * ```ts ignore
 * const expected = await look(hasOwnMembership) ? schemas : withoutMembership(schemas);
 * ```
 */
export async function hasOwnMembership(tx: TransactionSql): Promise<boolean> {
  const rows = await tx`
    select from pg_catalog.pg_attribute a
    where a.attrelid = to_regclass('public.organization_members') and a.attname = 'role'
      and a.atttypid = to_regtype('public.sync_member_role')`;
  return rows.length > 0;
}

/** Who may do what: does a host that has organisations of its own say so? */
export const membership: Check = {
  name: "membership",
  healthy: "Organisations and members are the host's own.",
  async examine({ look }) {
    return await look(async (tx) => {
      if (await hasOwnMembership(tx)) return [pass("Organisations and members are the bundle's own.")];
      const [adapter] = await tx<{ filledIn: boolean }[]>`
        select regexp_replace(p.prosrc, '--[^\n]*|\\s', '', 'g') <> 'beginreturnfalse;end;' as "filledIn"
        from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
        where n.nspname = 'sync_scheduler' and p.proname = 'has_org_role'`;
      if (adapter?.filledIn !== false) return [];
      return [fail(
        "has_org_role is as it was brought, and gives no caller access: say there where your organisations are " +
          "(docs/own-membership.md in the repository shows how).",
      )];
    });
  },
};
