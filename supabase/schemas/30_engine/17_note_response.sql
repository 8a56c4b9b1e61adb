create or replace function sync_scheduler.note_response(run_id uuid, attempt integer) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  -- Ids start again after a crash of pg_net, so a response counts only if it is as young as the request.
  update sync_scheduler.run_attempts a
  set response_status = h.status_code, response_error = left(h.error_msg, 500)
  from net._http_response h
  where a.run_id = note_response.run_id and a.attempt = note_response.attempt
    and h.id = a.request_id and h.created >= a.dispatched_at;
end;
$$;
revoke all on function sync_scheduler.note_response(uuid, integer)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.note_response(uuid, integer) is
  'Keeps what pg_net heard from the function about the newest dispatch of an attempt: a hint for people, never a reason '
  'to act, since the answer may be lost or late while the work goes on.';
