create or replace function sync_scheduler.worker_protocols() returns int4range
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  return int4range(1, 1, '[]');
end;
$$;
revoke all on function sync_scheduler.worker_protocols() from public, anon, authenticated, service_role;
comment on function sync_scheduler.worker_protocols() is
  'The versions of the worker protocol that this schema understands; the Edge Function names its own with each claim. A release '
  'that changes the protocol keeps the one before it, so that database and function may be brought up to date one after the other.';
