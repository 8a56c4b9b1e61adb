begin;
\ir ../fixtures.psql
\ir ../alert_webhook.psql
select plan(4);
select pg_temp.connect();
update sync_scheduler.alert_messages set delivered_at = now();
-- Two small ones, one that is larger than a claim may be, and again small ones: so many bytes each.
insert into sync_scheduler.alert_messages (org_id, body)
select sync_test.id('org a'), jsonb_build_object('text', repeat('ø', size / 2))
from unnest(array[60000, 60000, 300000, 20000, 20000, 20000]) size;

-- How many characters the messages of a claim have; all of them are taken.
create function pg_temp.take() returns text language plpgsql as $$
declare
  claimed jsonb;
begin
  perform pg_temp.pass('1 day'), sync_scheduler.post_alert_messages();
  claimed := pg_temp.claim();
  perform pg_temp.report(claimed, jsonb_array_length(claimed -> 'messages'));
  return (select string_agg(length((m ->> 'body')::jsonb ->> 'text')::text, ' ' order by n)
    from jsonb_array_elements(claimed -> 'messages') with ordinality as e (m, n));
end
$$;
select is(pg_temp.take(), '30000 30000', 'a claim takes what fits');
select is(pg_temp.take(), '150000', 'the next one begins with what did not, however large it is');
select is(pg_temp.take(), '10000 10000 10000', 'then the rest, in order');
select is(pg_temp.waiting(), null, 'and nothing is left');

select * from finish();
rollback;
