create or replace function sync_scheduler.claim_alerts(senders jsonb) returns jsonb
language plpgsql set search_path = '' as $$
declare
  asked record;
  secret_id uuid;
  claimed jsonb := '[]';
begin
  if jsonb_typeof(senders) is distinct from 'array' or jsonb_array_length(senders) not between 1 and 50 then
    perform sync_scheduler.raise_error('invalid_worker_request', '{"senders": "a list of 1 to 50"}');
  end if;
  -- In one order, so that two deliveries of a list do not wait for each other in a circle.
  for asked in
    select s.org_id, s.token from jsonb_to_recordset(senders) as s (org_id uuid, token text) order by s.org_id
  loop
    update sync_scheduler.alert_senders s set claimed_at = now()
    where s.org_id = asked.org_id and s.token_hash = sha256(convert_to(asked.token, 'UTF8'))
      and s.claimed_at is null and s.requested_at > now() - interval '30 seconds'
    returning s.secret_id into secret_id;
    if found then
      claimed := claimed || jsonb_build_object(
        'org_id', asked.org_id,
        'webhook', sync_scheduler.read_credentials(secret_id),
        'messages', (
          select coalesce(jsonb_agg(jsonb_build_object('message_id', m.message_id, 'body', m.body::text) order by m.number), '[]')
          from (
            select * from sync_scheduler.alert_messages w where w.org_id = asked.org_id and w.delivered_at is null
            order by w.number limit 50) m));
    end if;
  end loop;
  if claimed = '[]' then
    perform sync_scheduler.raise_error('invalid_token');
  end if;
  return claimed;
end;
$$;
revoke all on function sync_scheduler.claim_alerts(jsonb) from public, anon, authenticated, service_role;
comment on function sync_scheduler.claim_alerts(jsonb) is
  'Takes the work of a list of {org_id, token}, each at most once and within half a minute, and returns of those that were to be '
  'had the webhook {url, secret} and up to 50 messages in order, the body as the text that is signed. Errors: PT401 invalid_token '
  '(none was to be had), PT422 invalid_worker_request.';
