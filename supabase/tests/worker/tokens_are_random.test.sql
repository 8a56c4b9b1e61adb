-- A token lets its holder in once. No other call has the same one, and none can be guessed.
begin;
\ir ../fixtures.psql
select plan(4);
create temporary table token as select sync_scheduler.new_token() as token from generate_series(1, 200);
select is((select count(distinct t.token) from token t), 200::bigint, 'no token comes twice');
select is((select count(distinct left(t.token, 36)) from token t where left(t.token, 36)::uuid <> right(t.token, 36)::uuid), 200::bigint,
  'a token is two different random uuids');

create temporary table posted as
select * from sync_scheduler.post_calls('probe', 'probes', 'integration_id', array(select md5(n::text)::uuid from generate_series(1, 12) n));
select is((select count(distinct p.token_hash) from posted p), 12::bigint, 'each call of a request has a token of its own');
select bag_eq($$ select (c ->> 'integration_id')::uuid, sha256(convert_to(c ->> 'token', 'UTF8')) from net.http_request_queue q,
  jsonb_array_elements(convert_from(q.body, 'UTF8')::jsonb -> 'probes') c where q.id in (select p.request_id from posted p) $$,
  $$ select p.id, p.token_hash from posted p $$, 'the database keeps the hash of the token that it posts');

select * from finish();
rollback;
