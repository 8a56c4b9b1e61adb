-- A hosted project's first press sets the function's address: from what its own Auth signed, and from nothing else.
begin;
\ir ../fixtures.psql
select plan(41);

insert into auth.sessions (id, user_id, created_at, updated_at)
select sync_test.id('session of ' || person), sync_test.id(person), now(), now() from unnest('{coordinator,admin}'::text[]) person;

-- What a press with these claims answers and stores; headers are those of an attacker who wants the tokens.
create function pg_temp.press(claims jsonb, headers jsonb default '{}') returns text language plpgsql as $$
declare
  stored text;
begin
  update sync_scheduler.settings set function_url = null;
  perform set_config('request.headers', jsonb_build_object('host', 'zzzzzzzzzzzzzzzzzzzz.supabase.co', 'x-forwarded-host',
    'zzzzzzzzzzzzzzzzzzzz.supabase.co', 'origin', 'https://evil.example', 'forwarded', 'host=evil.example')::text, true);
  begin
    perform set_config('role', coalesce(claims ->> 'role', 'authenticated'), true);
    perform set_config('request.jwt.claims', claims::text, true);
    perform public.trigger_integration_sync(sync_test.id('org a'), 'webhook');
    perform set_config('role', 'none', true);
    stored := (select function_url from sync_scheduler.settings);
    raise exception using errcode = 'ZZ000';
  exception
    when sqlstate 'ZZ000' then
      perform sync_test.act_as('owner');
    when others then
      stored := sqlerrm;
      perform sync_test.act_as('owner');
  end;
  return stored;
end
$$;
create function pg_temp.claims(more jsonb default '{}') returns jsonb language sql as $$
  select jsonb_build_object('iss', 'https://abcdefghijklmnopqrst.supabase.co/auth/v1', 'aud', 'authenticated', 'role', 'authenticated',
    'sub', sync_test.id('coordinator'), 'session_id', sync_test.id('session of coordinator'), 'is_anonymous', false) || more
$$;

select is(pg_temp.press(pg_temp.claims()), 'https://abcdefghijklmnopqrst.supabase.co/functions/v1/integration-sync',
  'the issuer of the caller''s own session, whatever the headers say');
select is(pg_temp.press(pg_temp.claims(jsonb_build_object('iss', iss))), 'function_url_not_configured', 'not ' || to_json(iss))
from unnest(array[
  'http://abcdefghijklmnopqrst.supabase.co/auth/v1', 'https://abcdefghijklmnopqrstu.supabase.co/auth/v1',
  'https://abcdefghijklmnopqrs.supabase.co/auth/v1', 'https://abcdefghijklmnopqrst.supabase.co/auth/v1/',
  'https://abcdefghijklmnopqrst.supabase.co/auth/v1/x', 'https://abcdefghijklmnopqrst.supabase.co/auth/v1?x',
  'https://abcdefghijklmnopqrst.supabase.co', 'https://ABCDEFGHIJKLMNOPQRST.supabase.co/auth/v1',
  'https://abcdefghijklmnopqrst.SUPABASE.co/auth/v1', 'https://u@abcdefghijklmnopqrst.supabase.co/auth/v1',
  'https://abcdefghijklmnopqrst@evil.example/auth/v1', 'https://abcdefghijklmnopqrst.supabase.co.evil.example/auth/v1',
  'https://abcdefghijklmnopqrst.supabase.co:8443/auth/v1', 'https://evil.example/https://abcdefghijklmnopqrst.supabase.co/auth/v1',
  ' https://abcdefghijklmnopqrst.supabase.co/auth/v1', E'https://abcdefghijklmnopqrst.supabase.co/auth/v1\n',
  E'x\nhttps://abcdefghijklmnopqrst.supabase.co/auth/v1', 'https://abcdefghijklmnopqrsé.supabase.co/auth/v1',
  'https://abcdefghij1234567890.supabase.co/auth/v1', 'https://abcdefghijklmnopqrstXsupabase.co/auth/v1',
  'http://127.0.0.1:54321/auth/v1', 'supabase', '', null]) iss;
select is(pg_temp.press(pg_temp.claims(jsonb_build_object('session_id', session_id))), 'function_url_not_configured', what)
from (values
  -- A project that is trusted as a third-party issuer signs its own address: its sessions are not here.
  (sync_test.id('session of another project')::text, 'not for a session that this database does not have'),
  (sync_test.id('session of admin')::text, 'not for the session of another person'),
  ('not a uuid', 'not for a session that has no uuid'), (null, 'not for a token without a session')) s (session_id, what);
select is(pg_temp.press(pg_temp.claims('{"is_anonymous": true}')), 'not_authenticated', 'an anonymous session may not press');
select is(pg_temp.press(pg_temp.claims('{"role": "service_role"}')), 'function_url_not_configured', 'not for another role, whatever session the token names');
select is(pg_temp.press(jsonb_build_object('role', 'service_role', 'iss', iss, 'ref', 'abcdefghijklmnopqrst')),
  'function_url_not_configured', 'nor is an address taken from the service role''s key: ' || iss)
from unnest(array['supabase', 'https://abcdefghijklmnopqrst.supabase.co/auth/v1']) iss;

-- The overview says what a press would answer, and stores nothing.
update sync_scheduler.settings set function_url = null;
create function pg_temp.overview(claims jsonb) returns text language plpgsql as $$
declare
  message text;
begin
  perform set_config('role', 'authenticated', true);
  perform set_config('request.jwt.claims', claims::text, true);
  message := (select coalesce(button_message, 'allowed') from public.sync_overview(sync_test.id('org a')));
  perform sync_test.act_as('owner');
  return message;
end
$$;
select is(pg_temp.overview(pg_temp.claims()), 'allowed', 'the overview lets such a press pass');
select is(pg_temp.overview(pg_temp.claims('{"iss": "supabase"}')), 'function_url_not_configured', 'and no other');
select is((select function_url from sync_scheduler.settings), null, 'it stores nothing');

-- A connection check is a first press, too, and a value that is set stays.
select set_config('request.jwt.claims', pg_temp.claims(jsonb_build_object('sub', sync_test.id('admin'),
  'session_id', sync_test.id('session of admin')))::text, true);
set local role authenticated;
select lives_ok($$ select public.test_integration_connection(sync_test.id('org a'), 'webhook') $$, 'a check finds the function');
select sync_test.act_as('owner');
select is((select function_url from sync_scheduler.settings), 'https://abcdefghijklmnopqrst.supabase.co/functions/v1/integration-sync',
  'and sets its address');
update sync_scheduler.settings set function_url = 'https://own.example/functions/v1/integration-sync';
select set_config('request.jwt.claims', pg_temp.claims()::text, true);
set local role authenticated;
select lives_ok($$ select public.trigger_integration_sync(sync_test.id('org a'), 'webhook') $$, 'a press with an address that is set');
select sync_test.act_as('owner');
select is((select function_url from sync_scheduler.settings), 'https://own.example/functions/v1/integration-sync', 'leaves it');
select is((select distinct url from net.http_request_queue where convert_from(body, 'UTF8')::jsonb ->> 'kind' = 'run'),
  'https://own.example/functions/v1/integration-sync', 'and posts there');
select * from finish();
rollback;
