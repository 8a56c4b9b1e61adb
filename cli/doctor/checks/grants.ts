import type { TransactionSql } from "postgres";
import { type Check, fail, type Finding, warn } from "../check.ts";
import { count } from "../quote.ts";
import { rehearse } from "../rehearse.ts";

/** A right of one of the API's roles. */
interface Right {
  /** As GRANT names it: `function f(uuid)`, `table t`, `sequence s`, `schema s`. */
  readonly object: string;
  readonly role: string;
  /** As GRANT names it, with the column if it is of one only. */
  readonly privilege: string;
}

/** Does each role have the rights that the bundle gives it, and no other? */
export const grants: Check = {
  name: "grants",
  healthy: "Every role has the rights that the bundle gives it, and no other.",
  async examine({ look, schemas }) {
    const { added, removed, missing } = await look((tx) => rehearse(tx, schemas.grants, readRights));
    return [
      ...missing.map((message) =>
        fail(`A right cannot be given: ${message}. Apply the bundle's migrations.`)
      ),
      ...lacking(added),
      ...excessive(removed),
    ];
  },
};

function lacking(rights: readonly Right[]): Finding[] {
  if (rights.length === 0) return [];
  const sql = rights.map((right) => `grant ${right.privilege} on ${right.object} to ${right.role};`).join(
    "\n",
  );
  return [fail(`${count(rights.length, "right")} missing.`, sql)];
}

function excessive(rights: readonly Right[]): Finding[] {
  const revoke = (of: readonly Right[]) =>
    of.map((right) => `revoke ${right.privilege} on ${right.object} from ${right.role};`).join("\n");
  const open = rights.filter((right) => right.role !== "service_role");
  const backend = rights.filter((right) => right.role === "service_role");
  return [
    ...(open.length === 0 ? [] : [fail(
      `Clients have ${count(open.length, "right")} that the bundle does not give.`,
      revoke(open),
    )]),
    // A host may have meant it: its backend holds that key. RLS does not bind the role, so it is said.
    ...(backend.length === 0 ? [] : [warn(
      `service_role has ${
        count(backend.length, "right")
      } that the bundle does not give; fine if you gave it.`,
      revoke(backend),
    )]),
  ];
}

async function readRights(tx: TransactionSql): Promise<Right[]> {
  return await tx<Right[]>`
    with ours as (
      select oid, nspname from pg_catalog.pg_namespace where nspname in ('public', 'sync_scheduler')
    ), acl as (
      select 'function ' || p.oid::regprocedure as object, null as part,
        coalesce(p.proacl, acldefault('f', p.proowner)) as items
      from pg_catalog.pg_proc p join ours on ours.oid = p.pronamespace
      union all
      select case c.relkind when 'S' then 'sequence ' else 'table ' end || c.oid::regclass, null,
        coalesce(c.relacl, acldefault(case c.relkind when 'S' then 's' else 'r' end::"char", c.relowner))
      from pg_catalog.pg_class c join ours on ours.oid = c.relnamespace where c.relkind in ('r', 'p', 'v', 'm', 'S')
      union all
      select 'table ' || c.oid::regclass, quote_ident(a.attname), a.attacl
      from pg_catalog.pg_attribute a join pg_catalog.pg_class c on c.oid = a.attrelid
      join ours on ours.oid = c.relnamespace where a.attacl is not null and not a.attisdropped
      union all
      select 'schema ' || quote_ident(n.nspname), null, coalesce(n.nspacl, acldefault('n', n.nspowner))
      from pg_catalog.pg_namespace n where n.nspname = 'sync_scheduler'
    )
    select acl.object, coalesce(r.rolname, 'public') as role,
      lower(x.privilege_type) || coalesce(' (' || acl.part || ')', '') as privilege
    from acl cross join lateral aclexplode(acl.items) x left join pg_catalog.pg_roles r on r.oid = x.grantee
    where x.grantee = 0 or r.rolname in ('anon', 'authenticated', 'service_role')
    order by 1, 2, 3`;
}
