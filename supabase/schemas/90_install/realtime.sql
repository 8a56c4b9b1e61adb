-- What clients watch. RLS is applied to each subscriber and each change.
do $$
declare
  watched text;
begin
  foreach watched in array
    '{sync_run_log,sync_integration_health,sync_vendor_incidents,sync_alerts}'::text[] loop
    if exists (select from pg_catalog.pg_publication where pubname = 'supabase_realtime') and not exists (
      select from pg_catalog.pg_publication_tables
      where pubname = 'supabase_realtime' and schemaname = 'public' and tablename = watched
    ) then
      execute format('alter publication supabase_realtime add table public.%I', watched);
    end if;
  end loop;
end;
$$;
