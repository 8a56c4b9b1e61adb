-- Clients watch their runs. RLS is applied to each subscriber and each change.
do $$
begin
  if exists (select from pg_catalog.pg_publication where pubname = 'supabase_realtime') and not exists (
    select from pg_catalog.pg_publication_tables
    where pubname = 'supabase_realtime' and schemaname = 'public' and tablename = 'sync_run_log'
  ) then
    alter publication supabase_realtime add table public.sync_run_log;
  end if;
end;
$$;
