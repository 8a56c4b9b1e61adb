import { join } from "node:path";
import type { Checkout } from "../migrations/compose.ts";
import { readSchemaFiles, type SchemaFile } from "../migrations/schema_files.ts";
import type { Bundle } from "./bundle.ts";
import { removeBlock } from "./config_block.ts";
import { ADAPTER, missingMigrations, nextVersions, readHistory, UNINSTALL } from "./history.ts";
import type { Host } from "./host.ts";
import { mark } from "./marker.ts";
import { publicObjects } from "./objects.ts";
import type { Edited, FileChange, Plan } from "./plan.ts";
import { Refusal } from "./refusal.ts";
import { KEPT_SCHEMA } from "./restore.ts";

/** How to take the bundle out. */
export interface UninstallOptions {
  readonly dropData: boolean;
  readonly edited: Edited;
  readonly now: Date;
}

/**
 * Plans an uninstall: one migration that takes everything out of the database, and the removal of the function and its
 * block. The migrations that were applied stay, as history does.
 *
 * @example
 * ```ts ignore
 * const plan = await planUninstall(checkout, bundle, host, { dropData: false, edited: "refuse", now: new Date() });
 * ```
 */
export async function planUninstall(
  checkout: Checkout,
  bundle: Bundle,
  host: Host,
  { dropData, edited, now }: UninstallOptions,
): Promise<Plan> {
  const history = readHistory(host);
  if (history.installed.size === 0) throw new Refusal("The bundle is not installed there.");
  const ownMembership = history.installed.has(ADAPTER);
  const wanted = bundle.migrations.filter(({ isMembership }) => !ownMembership || !isMembership);
  if (missingMigrations(history, wanted).length > 0) {
    throw new Refusal(
      "An older release is installed: upgrade first, or uninstall with a checkout of that one.",
    );
  }
  const removed: FileChange[] = [];
  const changed: string[] = [];
  for (const { path, contents, marker } of host.files.values()) {
    if (marker === null) continue;
    if (marker.edited) changed.push(`supabase/${path}`);
    if (!marker.edited || edited === "overwrite") removed.push({ path, before: contents, after: null });
  }
  if (changed.length > 0 && edited === "refuse") {
    throw new Refusal(
      `These were edited since they were brought:\n  ${changed.join("\n  ")}\n` +
        "--keep leaves them, --force removes them.",
    );
  }
  const files = (await readSchemaFiles(join(checkout.supabase, "schemas")))
    .filter((file) => !ownMembership || file.folder !== "membership");
  const id = dropData ? UNINSTALL.drop : UNINSTALL.keep;
  const [version] = nextVersions(host.migrations.map(({ file }) => file), 1, now);
  const sql = mark("a.sql", composeUninstall(files, dropData), { release: bundle.release, id });
  const changes: FileChange[] = [
    { path: `migrations/${version}_sync_scheduler_uninstall.sql`, before: null, after: sql },
    ...removed,
  ];
  const config = removeBlock(host.config, bundle.configBlock);
  if (config !== host.config) {
    changes.push(
      { path: "config.toml.before-sync-scheduler", before: null, after: host.config },
      { path: "config.toml", before: host.config, after: config },
    );
  }
  const notes = [
    "Push the migration, then `supabase functions delete integration-sync` where it was deployed.",
    dropData
      ? "Everything that the bundle has recorded goes with it."
      : `The data stays in schema ${KEPT_SCHEMA}, for the owner of the database; an install brings it back.`,
  ];
  return { changes, notes };
}

/**
 * The SQL that takes the bundle out: jobs, publication, policies and triggers, then the data is moved away or dropped, then
 * views, functions and types, in whatever order they depend on each other. Objects of the host that use the bundle's stop it,
 * by name, and then nothing has changed.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { composeUninstall } from "./uninstall.ts";
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
  delete from vault.secrets s using public.sync_integrations i where s.name = sync_scheduler.credentials_name(i.id);
  delete from vault.secrets s using public.sync_alert_webhooks w where s.name = sync_scheduler.alert_webhook_name(w.org_id);
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
