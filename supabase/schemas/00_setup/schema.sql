-- The machinery lives here. The schema is never exposed through the Data API, and only its owner has usage on
-- it. Clients reach it only through the functions in public.
create schema if not exists sync_scheduler;
revoke all on schema sync_scheduler from public, anon, authenticated, service_role;
comment on schema sync_scheduler is
  'Sync Scheduler: private machinery. Not for the Data API; no role needs usage on it.';

create schema if not exists extensions;
create extension if not exists pg_net with schema extensions;
create extension if not exists pg_cron with schema pg_catalog;
create extension if not exists supabase_vault;
