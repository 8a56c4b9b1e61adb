-- cron.schedule updates a job of the same name and leaves a paused one paused.
select cron.schedule('sync-scheduler-recover', '30 seconds', 'select sync_scheduler.recover_runs()');
