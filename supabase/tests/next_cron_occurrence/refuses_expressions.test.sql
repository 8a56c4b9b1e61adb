-- Which part is wrong, and why: a form can show both.
begin;
\ir ../fixtures.psql
\ir ../cron.psql
select plan(7);

select throws_ok($$ select sync_scheduler.next_cron_occurrence('61 * * * *', 'UTC', now()) $$, 'PT422',
  'invalid_schedule', 'the error has its code and name');
select throws_ok($$ select sync_scheduler.parse_cron('61 * * * *') $$, 'PT422', 'invalid_schedule', 'saving may ask first');

select results_eq(
  $$ select expression, r ->> 'field', r ->> 'value', r ->> 'reason' from unnest(array[
       '60 * * * *', '* 24 * * *', '* * 0 * *', '* * 32 * *', '* * * 0 *', '* * * 13 *', '* * * * 8', '5,99999999999999 * * * *',
       '* 20-24 * * *']) expression, pg_temp.refusal(expression) r $$,
  $$ values
    ('60 * * * *', 'minute', '60', 'out of range: 0 to 59'),
    ('* 24 * * *', 'hour', '24', 'out of range: 0 to 23'),
    ('* * 0 * *', 'day_of_month', '0', 'out of range: 1 to 31'),
    ('* * 32 * *', 'day_of_month', '32', 'out of range: 1 to 31'),
    ('* * * 0 *', 'month', '0', 'out of range: 1 to 12'),
    ('* * * 13 *', 'month', '13', 'out of range: 1 to 12'),
    ('* * * * 8', 'day_of_week', '8', 'out of range: 0 to 7'),
    ('5,99999999999999 * * * *', 'minute', '99999999999999', 'out of range: 0 to 59'),
    ('* 20-24 * * *', 'hour', '20-24', 'out of range: 0 to 23') $$,
  'numbers out of range');

select results_eq(
  $$ select expression, r ->> 'field', r ->> 'value', r ->> 'reason' from unnest(array[
       '* * * foo *', '* * * january *', '* * * * mo', 'jan * * * *', '* * * * foo-sun', '* * * * ?', '-5 * * * *',
       '* * L * *', '* * * * FRI#2', '1.5 * * * *', '５ * * * *', '*-5 * * * *', '5- * * * *']) expression,
     pg_temp.refusal(expression) r $$,
  $$ values
    ('* * * foo *', 'month', 'foo', 'neither a number nor a known name'),
    ('* * * january *', 'month', 'january', 'neither a number nor a known name'),
    ('* * * * mo', 'day_of_week', 'mo', 'neither a number nor a known name'),
    ('jan * * * *', 'minute', 'jan', 'neither a number nor a known name'),
    ('* * * * foo-sun', 'day_of_week', 'foo-sun', 'neither a number nor a known name'),
    ('* * * * ?', 'day_of_week', '?', 'neither a number nor a known name'),
    ('-5 * * * *', 'minute', '-5', 'neither a number nor a known name'),
    ('* * L * *', 'day_of_month', 'L', 'neither a number nor a known name'),
    ('* * * * FRI#2', 'day_of_week', 'FRI#2', 'neither a number nor a known name'),
    ('1.5 * * * *', 'minute', '1.5', 'neither a number nor a known name'),
    ('５ * * * *', 'minute', '５', 'neither a number nor a known name'),
    ('*-5 * * * *', 'minute', '*-5', 'neither a number nor a known name'),
    ('5- * * * *', 'minute', '5-', 'neither a number nor a known name') $$,
  'what is no number and no name');

select results_eq(
  $$ select expression, r ->> 'field', r ->> 'value', r ->> 'reason' from unnest(array[
       '1,,2 * * * *', '* 1, * * *', '* , * * *', '30-10 * * * *', '* * * nov-feb *', '* * * * 5-0', '*/0 * * * *', '5/15 * * * *',
       '* * * * MON/2', '*/61 * * * *', '* * * * */8', '*/ * * * *', '*/x * * * *', '1-2-3 * * * *', '*/2/3 * * * *']) expression,
     pg_temp.refusal(expression) r $$,
  $$ values
    ('1,,2 * * * *', 'minute', '', 'an element of the list is empty'),
    ('* 1, * * *', 'hour', '', 'an element of the list is empty'),
    ('* , * * *', 'hour', '', 'an element of the list is empty'),
    ('30-10 * * * *', 'minute', '30-10', 'the range runs backwards'),
    ('* * * nov-feb *', 'month', 'nov-feb', 'the range runs backwards'),
    ('* * * * 5-0', 'day_of_week', '5-0', 'the range runs backwards'),
    ('*/0 * * * *', 'minute', '*/0', 'the step is 0'),
    ('5/15 * * * *', 'minute', '5/15', 'a step needs a range: 5-59/15'),
    ('* * * * MON/2', 'day_of_week', 'MON/2', 'a step needs a range: 1-7/2'),
    ('*/61 * * * *', 'minute', '*/61', 'the step is larger than the field'),
    ('* * * * */8', 'day_of_week', '*/8', 'the step is larger than the field'),
    ('*/ * * * *', 'minute', '*/', 'the step is not a number'),
    ('*/x * * * *', 'minute', '*/x', 'the step is not a number'),
    ('1-2-3 * * * *', 'minute', '1-2-3', 'not a value, a range or a step'),
    ('*/2/3 * * * *', 'minute', '*/2/3', 'not a value, a range or a step') $$,
  'broken lists, ranges and steps');

select results_eq(
  $$ select expression, r ->> 'field', r ->> 'value', r ->> 'reason' from unnest(array[
       '0 0 30 2 *', '0 0 31 4,6 *', '0 0 31 feb,APR,jun,sep,nov *', '0 0 31 4 */2', '0 0 31 4 MON', '0 0 31 3,4 *']) expression,
     pg_temp.refusal(expression) r $$,
  $$ values
    ('0 0 30 2 *', 'day_of_month', '30', 'no chosen month has such a day'),
    ('0 0 31 4,6 *', 'day_of_month', '31', 'no chosen month has such a day'),
    ('0 0 31 feb,APR,jun,sep,nov *', 'day_of_month', '31', 'no chosen month has such a day'),
    ('0 0 31 4 */2', 'day_of_month', '31', 'no chosen month has such a day'),
    ('0 0 31 4 MON', null, null, null),
    ('0 0 31 3,4 *', null, null, null) $$,
  'dates that never come, unless a weekday or another month does');

select results_eq(
  $$ select r ->> 'field', r ->> 'value', r ->> 'reason' from unnest(array[
       '', '  ', '* * * *', '0 0 6 * * *', '@reboot', '@every 5m', '@', repeat('*', 201)]) expression,
     pg_temp.refusal(expression) r $$,
  $$ values
    ('expression', '', 'five fields expected, found 0'),
    ('expression', '  ', 'five fields expected, found 0'),
    ('expression', '* * * *', 'five fields expected, found 4'),
    ('expression', '0 0 6 * * *', 'five fields expected, found 6'),
    ('expression', '@reboot', 'unknown macro'),
    ('expression', '@every 5m', 'unknown macro'),
    ('expression', '@', 'unknown macro'),
    ('expression', repeat('*', 100), 'longer than 200 characters') $$,
  'whole expressions');

select * from finish();
rollback;
