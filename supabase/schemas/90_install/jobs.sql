-- cron.schedule updates a job of the same name and leaves a paused one paused. The first job is there because
-- only a cron expression starts at second :00, the second because a lost dispatch should not wait a minute.
select cron.schedule('sync-scheduler-tick', '* * * * *', 'select sync_scheduler.tick()');
select cron.schedule('sync-scheduler-tick-30s', '30 seconds', 'select sync_scheduler.tick()');
-- At most 500 published rows a call: 1,440,000 a day. See docs/operations.md, Jobs.
select cron.schedule('sync-scheduler-purge', '30 seconds', 'select sync_scheduler.purge()');
