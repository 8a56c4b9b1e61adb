create or replace function sync_scheduler.start_due_runs(
  batch_size integer default 500, out started integer, out skipped integer
)
language plpgsql set search_path = pg_catalog, pg_temp set enable_seqscan = off set jit = off
-- One row that somebody keeps locked must not hold up everybody else.
set lock_timeout = '500ms' as $$
declare
  due uuid[];
  single uuid;
  done record;
begin
  started := 0;
  skipped := 0;
  -- Before the lock, or every tick would take it. next_tick_at is never before next_run_at.
  if not exists (select from public.sync_integrations i where i.next_run_at <= now()) then
    return;
  end if;
  if not sync_scheduler.lock_starts() then
    return;
  end if;
  -- An integration that was away for long needs several rounds; the rest of a very long one is left to the next tick.
  for round in 1..20 loop
    due := null;
    begin
      -- Locked and advanced in one subtransaction: two would leave a version of the row behind that no index scan may mark as dead,
      -- and each tick would read all of them until the next vacuum.
      due := sync_scheduler.find_due(batch_size);
      exit when due is null;
      done := sync_scheduler.start_slots(due);
      started := started + done.started;
      skipped := skipped + done.skipped;
    exception when others then
      if due is null then
        raise;
      end if;
      -- Something is wrong with one of them: each alone, so that the others start.
      foreach single in array due loop
        begin
          perform from public.sync_integrations i
          where i.id = single and i.next_tick_at <= now() for no key update skip locked;
          continue when not found;
          done := sync_scheduler.start_slots(array[single]);
          started := started + done.started;
          skipped := skipped + done.skipped;
        exception when others then
          perform sync_scheduler.postpone_slot(single, sqlerrm);
        end;
        -- Each may have waited for a lock. What fails goes to the back of the queue, so the next tick gets to the others.
        exit when sync_scheduler.is_out_of_time();
      end loop;
    end;
    exit when sync_scheduler.is_out_of_time();
  end loop;
end;
$$;
revoke all on function sync_scheduler.start_due_runs(integer) from public, anon, authenticated, service_role;
comment on function sync_scheduler.start_due_runs(integer) is
  'Starts the runs whose slot has come, in batches of batch_size (500) of each integration type. Returns how many it started '
  'and how many slots it recorded as skipped. Its cost follows what is due. Of several at once one does the work; a slot that '
  'cannot be started stops no other.';
