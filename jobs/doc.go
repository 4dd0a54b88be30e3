// Package jobs holds what a job is, every change of its state, and the queue.
//
// A job is a record in Redis, and the record is the truth: asynq only delivers
// the news that a record waits. Every change of a record is one Lua script
// that compares and sets, and every start, cancel and new delivery raises the
// record's fence, so that whoever comes late with an old fence changes nothing;
// a start by a random number, so that this holds across a failover, too.
// The times in a record come from Redis' own clock.
//
// It promises that a submitted job ends, whatever process dies; that an ended
// job never changes again; and that one tenant's jobs do not exist for another.
//
// Requests, files and results of more than Options.Inline bytes are blobs, a
// file or a bucket's object each, that the record names. A blob is written
// before the step that names it and deleted after the step that forgets it;
// one that no record ever named is swept when it is old.
//
// # Jobs that kill their workers
//
// Three starts without an end fail a job as workerLost. Whatever ran beside the
// culprit was lost too, so that the third start is one that a job has alone: the
// worker that finds it takes nothing else, lets what runs end, and then starts
// it. So nothing ends as workerLost for what another job did, and the deaths of
// one worker, such as in a rolling restart that is too hasty, hold nothing up.
//
// # Keys
//
// All keys of a job carry the hash tag of its shard, here {s0}, and so do the
// asynq queues that deliver it, whose names begin with "s0}". Where there are
// several shards, their tags are such that they spread over the hash slots.
//
//	{s0}:j:TENANT/ID          hash   the record: s head, m meta, c request, f file, r result, C F R their blobs, e attempts' errors, w watched until, b bytes that count
//	{s0}:i:TENANT:STATE:TYPE  zset   ids by creation time in µs; STATE is notStarted/LANE, running, succeeded, failed or canceled
//	{s0}:types:TENANT         set    job types that the tenant's index has
//	{s0}:e:TENANT             stream the tenant's jobs that changed their state; gone 5 minutes after it was last read
//	{s0}:tenants              set    tenants that the shard has jobs of
//	{s0}:lease                zset   TENANT/ID:FENCE of running jobs by the end of their lease in µs
//	{s0}:runs:TENANT          set    ID:FENCE of the running jobs of the tenant that count against its cap
//	{s0}:bytes                hash   bytes of the requests and files of a tenant's jobs that have not ended, by tenant, where they are limited
//	{s0}:held:LANE            zset   "TENANT CREATED TASKID" of the deliveries to tenants at their cap, all of score 0
//	{s0}:due                  zset   TENANT/ID of waiting jobs by the time in µs at which something is due to them
//	{s0}:ended                zset   TENANT/ID of ended jobs by the end of their retention in µs
//	{s0}:blobs                set    names of the blobs that records name
//	{s0}:dead                 set    names of blobs that lost their record's interest and are to be deleted
//	{s0}:serves               zset   job types by the time in µs until which a live worker serves them
//	{s0}:workers              zset   workers by the time in µs until which they count as alive; in the first shard
//	{s0}:about                hash   what each of them does, JSON; in the first shard
//	{s0}:sweep                hash   the last pass of Sweep and its cursors
//	{s0}:sweeper              string the lock that saves sweepers from doing the same work
//	{s0}:forgot:NONCE         string a call that deleted a job, for a few seconds, lest it find nothing when it is sent again
//	{s0}:missing              never there: what every script names as its last key, see missingKey
//	{s0}:listing              string the lock of who looks for blobs without a record, once in a while; in the first shard alone
//	classifyd:layout          hash   the number of shards, their tags and the salt of fingerprints, written once
//
// and the channels {s0}:wake, to workers, and {s0}:tell, to those who wait
// for a job, TENANT/ID, or for any of a tenant, TENANT.
package jobs
