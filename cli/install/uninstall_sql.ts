import type { SchemaFile } from "../bundle/schema_files.ts";
import { publicObjects } from "./objects.ts";
import { KEPT_SCHEMA } from "./restore.ts";

/**
 * The SQL that takes the bundle out: first jobs, publication, policies and triggers. Then it moves the data away or
 * drops it. Then come views, functions and types, in the order of their dependencies. Objects of the host that use the
 * bundle's stop it, by name, and then nothing has changed.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { composeUninstall } from "./uninstall_sql.ts";
 *
 * const table = { path: "10_tables/a.sql", folder: "tables", sql: "create table public.a ();\n" };
 * assert.match(composeUninstall([table], true), /array\['public\.a'\]/);
 * ```
 */
export function composeUninstall(files: readonly SchemaFile[], dropData: boolean): string {
  const { tables, views, types, functions, jobs } = publicObjects(files);
  const list = (names: readonly string[], prefix = "public.") =>
    names.length === 0 ? "'{}'" : `array['${names.map((name) => prefix + name).join("', '")}']`;
  return `-- Takes the Sync Scheduler out of the database; its data is ${
    dropData ? "dropped" : `kept in schema ${KEPT_SCHEMA}`
  }.
do $uninstall$
declare
  tables regclass[] := (
    select array_agg(c.oid::regclass) from pg_catalog.pg_class c
    where c.relkind = 'r' and (c.relnamespace = to_regnamespace('sync_scheduler')
      or c.oid = any (select to_regclass(t) from unnest(${list(tables)}::text[]) t)));
  views regclass[] := (
    select array_agg(c.oid::regclass) from pg_catalog.pg_class c
    where c.relkind = 'v' and (c.relnamespace = to_regnamespace('sync_scheduler')
      or c.oid = any (select to_regclass(v) from unnest(${list(views)}::text[]) v)));
  functions regprocedure[] := (
    select array_agg(p.oid::regprocedure) from pg_catalog.pg_proc p
    where p.pronamespace = to_regnamespace('sync_scheduler')
      or p.oid = any (select to_regprocedure(f) from unnest(${list(functions)}::text[]) f));
  types regtype[] := (
    select array_agg(y.oid::regtype) from pg_catalog.pg_type y
    where (y.typnamespace = to_regnamespace('sync_scheduler') and y.typtype in ('e', 'c')
        and not exists (select from pg_catalog.pg_class c where c.oid = y.typrelid and c.relkind <> 'c'))
      or y.oid = any (select to_regtype(t) from unnest(${list(types)}::text[]) t));
  kept_types oid[] := '{}';
  waiting text[] := '{}';
  still text[];
  statement text;
  obstacle text;
  it record;
begin
  perform cron.unschedule(j.jobname) from cron.job j where j.jobname = any (${list(jobs, "")}::text[]);
  for it in
    select p.pubname, r.prrelid::regclass as watched from pg_catalog.pg_publication_rel r
    join pg_catalog.pg_publication p on p.oid = r.prpubid where r.prrelid = any (tables)
  loop
    execute format('alter publication %I drop table %s', it.pubname, it.watched);
  end loop;
  for it in select p.polname, p.polrelid::regclass as owner from pg_catalog.pg_policy p where p.polrelid = any (tables) loop
    execute format('drop policy %I on %s', it.polname, it.owner);
  end loop;
  for it in
    select t.tgname, t.tgrelid::regclass as owner from pg_catalog.pg_trigger t
    where t.tgrelid = any (tables) and not t.tgisinternal and t.tgfoid = any (functions)
  loop
    execute format('drop trigger %I on %s', it.tgname, it.owner);
  end loop;
${dropData ? DROP_DATA : KEEP_DATA}
  -- Again and again, as long as it helps: so nobody has to know what depends on what.
  select waiting || array_agg(s) into waiting from (
    select 'drop view ' || v from unnest(views) v
    union all select 'drop function ' || f from unnest(functions) f
    union all select 'drop type ' || y from unnest(types) y
    where y <> all (kept_types::regtype[])
  ) s (s) where s is not null;
  loop
    still := '{}';
    foreach statement in array waiting loop
      begin
        execute statement;
      exception when dependent_objects_still_exist then
        get stacked diagnostics obstacle = pg_exception_detail;
        still := still || statement;
      end;
    end loop;
    exit when cardinality(still) = 0;
    if cardinality(still) = cardinality(waiting) then
      raise exception 'objects of the project use the Sync Scheduler: drop or change them first'
        using detail = obstacle;
    end if;
    waiting := still;
  end loop;
  drop schema sync_scheduler;
end;
$uninstall$;
`;
}

const DROP_DATA = `  -- By their names, so that no secret of the host is taken for one.
  delete from vault.secrets s using public.sync_integrations i
  where s.name = sync_scheduler.secret_name('credentials', i.id);
  delete from vault.secrets s using public.sync_alert_webhooks w
  where s.name = sync_scheduler.secret_name('alert webhook', w.org_id);
  -- In one statement, because they refer to each other.
  waiting := array['drop table ' || array_to_string(tables, ', ')];
`;

const KEEP_DATA = `  if to_regnamespace('${KEPT_SCHEMA}') is not null then
    raise exception 'schema ${KEPT_SCHEMA} is there already, from an earlier uninstall: drop or rename it first';
  end if;
  create schema ${KEPT_SCHEMA};
  for it in
    select y.oid, y.oid::regtype as name from pg_catalog.pg_type y where y.oid = any (types) and y.typtype = 'e'
  loop
    execute format('alter type %s set schema ${KEPT_SCHEMA}', it.name);
    kept_types := kept_types || it.oid;
  end loop;
  for it in select t as name from unnest(tables) t loop
    execute format('revoke all on %s from public, anon, authenticated, service_role', it.name);
    execute format('alter table %s set schema ${KEPT_SCHEMA}', it.name);
  end loop;
`;
