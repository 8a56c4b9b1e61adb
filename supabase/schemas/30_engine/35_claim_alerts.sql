create or replace function sync_scheduler.claim_alerts(senders jsonb) returns jsonb
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  -- Most messages have one thousand. One claim reads those of several organisations, and the function has to hold the answer.
  most_bytes constant integer := 131072;
  asked record;
  secret_id uuid;
  claimed jsonb := '[]'::jsonb;
begin
  if jsonb_typeof(senders) is distinct from 'array' or jsonb_array_length(senders) not between 1 and 50 then
    perform sync_scheduler.raise_error('invalid_worker_request', '{"senders": "a list of 1 to 50"}');
  end if;
  begin
    perform count(s) from jsonb_to_recordset(senders) as s (org_id uuid, token text);
  exception when data_exception then
    -- Postgres would quote what is no uuid.
    perform sync_scheduler.raise_error('invalid_worker_request', '{"senders": "an org_id, which is a uuid, and a token each"}');
  end;
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
        'format', (select w.format from public.sync_alert_webhooks w where w.org_id = asked.org_id),
        'messages', (
          select coalesce(jsonb_agg(jsonb_build_object('message_id', m.message_id, 'body', m.body) order by m.number), '[]')
          from (
            select w.number, w.message_id, w.body, sum(octet_length(w.body)) over (order by w.number) as bytes,
              row_number() over (order by w.number) as place
            from (
              select a.number, a.message_id, a.body::text as body from sync_scheduler.alert_messages a
              where a.org_id = asked.org_id and a.delivered_at is null order by a.number limit 50) w) m
          -- The first goes however large it is: those behind it must not wait for ever.
          where m.bytes <= most_bytes or m.place = 1));
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
  'had the webhook {url, secret}, its format and the messages in order, up to 50 and 128 KiB but at least one, the body as the text that is signed. Errors: PT401 invalid_token '
  '(none was to be had), PT422 invalid_worker_request.';
