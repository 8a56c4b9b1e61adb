create or replace function sync_scheduler.save_checkpoint(run_id uuid, attempt integer, checkpoint jsonb)
returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if octet_length(save_checkpoint.checkpoint::text) > 65536 then
    perform sync_scheduler.raise_error('invalid_worker_request', '{"checkpoint": "more than 64 KiB"}');
  end if;
  update sync_scheduler.run_attempts a set checkpoint = nullif(save_checkpoint.checkpoint, 'null')
  where a.run_id = save_checkpoint.run_id and a.attempt = save_checkpoint.attempt;
end;
$$;
revoke all on function sync_scheduler.save_checkpoint(uuid, integer, jsonb)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.save_checkpoint(uuid, integer, jsonb) is
  'Stores with which progress a later attempt resumes. The caller holds the run''s row lock. Errors: PT422 '
  'invalid_worker_request (above 64 KiB).';
