-- The machinery lives here. The schema is never exposed through the Data API and nobody but its owner
-- has usage on it: clients reach it only through the functions of 50_rpc and 60_worker_rpc.
create schema if not exists sync_scheduler;
revoke all on schema sync_scheduler from public, anon, authenticated, service_role;
comment on schema sync_scheduler is
  'Sync Scheduler: private machinery. Not for the Data API; no role needs usage on it.';
