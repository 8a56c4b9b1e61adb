-- A scan that is switched off counts as so expensive that Postgres compiles the plan, at every execution: some 50 ms.
-- Only a server with LLVM does, and the embedded one has none: this keeps it from coming back unseen.
begin;
select plan(2);
select isnt_empty($$ select from pg_proc where proconfig @> '{enable_seqscan=off}' $$, 'there are entry points');
select is_empty($$ select oid::regprocedure from pg_proc
  where proconfig @> '{enable_seqscan=off}' and not proconfig @> '{jit=off}' $$, 'none of them compiles its plans');
select * from finish();
rollback;
