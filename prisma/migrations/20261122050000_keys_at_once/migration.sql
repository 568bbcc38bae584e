-- Each assessment asks which tasks touched the same resources. Rows that wait in the index's pending list are read one by
-- one there, up to 4 MB of them: 0.65 ms a look after a thousand tasks, 0.04 ms without the list.
ALTER INDEX "task_resource_keys_idx" SET (fastupdate = off);
SELECT gin_clean_pending_list('task_resource_keys_idx');
