-- A final run never changes, whoever writes; and every change has a version, so that a reader can tell which
-- of two rows is newer.
create or replace function sync_scheduler.guard_run_update() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if old.finished_at is not null
    -- But a person is forgotten: by erase_person alone, which sets this for its own transaction, and in these columns alone.
    and (coalesce(current_setting('sync_scheduler.erases_person', true), '') <> 'on'
      or to_jsonb(new) - '{triggered_by_user_id,cancel_requested_by,cancel_reason}'::text[]
        <> to_jsonb(old) - '{triggered_by_user_id,cancel_requested_by,cancel_reason}'::text[])
  then
    raise exception using errcode = 'PT409', message = 'run_is_final',
      detail = jsonb_build_object('run_id', old.run_id, 'status', old.status);
  end if;
  new.version := old.version + 1;
  return new;
end;
$$;
revoke all on function sync_scheduler.guard_run_update() from public, anon, authenticated, service_role;
comment on function sync_scheduler.guard_run_update() is
  'Trigger of sync_run_log: refuses any change of a final run (PT409 run_is_final), but for the erasure of a person, and counts '
  'versions.';

create trigger guard_run_update before update on public.sync_run_log
  for each row execute function sync_scheduler.guard_run_update();
