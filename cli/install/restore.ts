/** The schema in which an uninstall leaves the data. */
export const KEPT_SCHEMA = "sync_scheduler_kept";

/**
 * The migration that brings back what an uninstall kept: It copies the columns that both have into the new tables,
 * referenced tables first, and then drops what was kept. Without kept data it does nothing.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { composeRestore } from "./restore.ts";
 *
 * assert.match(composeRestore(), /drop schema sync_scheduler_kept/);
 * ```
 */
export function composeRestore(): string {
  return SQL;
}

const SQL = `-- Brings back the data that an uninstall has kept; without such data it does nothing.
do $restore$
declare
  waiting oid[];
  source oid;
  target regclass;
  same text;
  columns text;
  expressions text;
  counter record;
begin
  if to_regnamespace('${KEPT_SCHEMA}') is null then
    return;
  end if;
  select array_agg(c.oid) into waiting from pg_catalog.pg_class c
  where c.relnamespace = to_regnamespace('${KEPT_SCHEMA}') and c.relkind = 'r';

  while cardinality(waiting) > 0 loop
    -- One that refers to none of those that are still to come, by the foreign keys as they were.
    select w into source from unnest(waiting) w
    where not exists (
      select from pg_catalog.pg_constraint f
      where f.contype = 'f' and f.conrelid = w and f.confrelid = any (waiting) and f.confrelid <> w)
    order by w limit 1;
    if source is null then
      raise exception 'the kept tables refer to each other in a circle';
    end if;
    waiting := array_remove(waiting, source);
    select coalesce(to_regclass(format('sync_scheduler.%I', k.relname)), to_regclass(format('public.%I', k.relname)))
    into target from pg_catalog.pg_class k where k.oid = source;
    if target is null then
      raise exception 'there is no table for the kept %', source::regclass;
    end if;

    select string_agg(format('%I', t.attname), ', ' order by t.attnum),
      -- The types are the new ones, of the same names.
      string_agg(case when k.atttypid = t.atttypid then format('k.%I', t.attname)
        else format('k.%I::text::%s', t.attname, format_type(t.atttypid, t.atttypmod)) end, ', ' order by t.attnum)
    into columns, expressions
    from pg_catalog.pg_attribute t
    join pg_catalog.pg_attribute k on k.attrelid = source and k.attname = t.attname and not k.attisdropped and k.attnum > 0
    where t.attrelid = target and t.attnum > 0 and not t.attisdropped and t.attgenerated = '';
    select string_agg(format('t.%1$I::text = k.%1$I::text', a.attname), ' and ') into same
    from pg_catalog.pg_constraint p
    join pg_catalog.pg_attribute a on a.attrelid = p.conrelid and a.attnum = any (p.conkey)
    where p.conrelid = target and p.contype = 'p';

    -- Rows are what they were: no trigger has a say. What a fresh installation begins with gives way.
    execute format('alter table %s disable trigger user', target);
    -- Of the bundle's own types this release knows better: an old row might bind credentials to fewer parts of an address.
    if target <> 'public.sync_integration_types'::regclass then
      execute format('delete from %s t using %s k where %s', target, source::regclass, same);
    end if;
    execute format('insert into %1$s (%2$s) overriding system value select %3$s from %4$s k '
      'where not exists (select from %1$s t where %5$s)', target, columns, expressions, source::regclass, same);
    execute format('alter table %s enable trigger user', target);
    for counter in
      select a.attname, pg_catalog.pg_get_serial_sequence(target::text, a.attname) as sequence
      from pg_catalog.pg_attribute a where a.attrelid = target and a.attidentity <> ''
    loop
      execute format('select setval(%L, coalesce((select max(%I) from %s), 1))', counter.sequence, counter.attname,
        target);
    end loop;
  end loop;

  begin
    select string_agg(c.oid::regclass::text, ', ') into columns from pg_catalog.pg_class c
    where c.relnamespace = to_regnamespace('${KEPT_SCHEMA}') and c.relkind = 'r';
    execute 'drop table ' || columns;
    drop schema ${KEPT_SCHEMA} cascade;
  exception when dependent_objects_still_exist then
    -- A host's own foreign key, say: what refers to the old rows is for the host to turn to the new ones.
    raise warning 'schema ${KEPT_SCHEMA} is still used and was left: %', sqlerrm;
  end;
end;
$restore$;
`;
