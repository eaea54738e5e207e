"""What notifier says to PostgreSQL about notices: claimed, taken, put off, settled, sent once more."""

from typing import Final

# An inbox of staff is told as whoever reads it chose; of what waits for a digest no time is due.
CLAIM_ROWS: Final = """
insert into notice (id, partition, subject, cause, kind, audience, channel, department, text, at, at_night, hour, follower, others, next_at)
select id::uuid, partition, subject, cause, kind, claimed.audience, coalesce(inbox.channel, claimed.channel),
       claimed.department, text, at, at_night, case when inbox.hourly then hour end, follower, others,
       case when inbox.hourly and hour is not null then 'infinity' else clock_timestamp() end
from unnest($1::text[], $2::smallint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
            $9::text[], $10::timestamptz[], $11::boolean[], $12::boolean[], $13::timestamptz[], $14::text[], $15::text[])
    claimed (id, partition, subject, cause, kind, audience, channel, department, text, at, at_night, direct, hour, follower, others)
left join inbox on inbox.department = claimed.department and inbox.audience = claimed.audience and not direct
on conflict (id) do nothing"""
# `extra` are the messages as which long ones are charged beyond the first, `to_followers` all that those were sent.
# A digest is one message, and counted as one when it ends. What a receipt says has failed was sent, and stays counted as that, too.
SETTLE: Final = """
with settled as (
    update notice n set state = settled.state, attempts = settled.attempts, reason = settled.reason,
           repeated = n.repeated or settled.repeated, message = coalesce(nullif(settled.message, ''), n.message)
    from unnest($1::text[], $2::text[], $3::integer[], $4::text[], $5::boolean[], $7::text[], $8::integer[])
        settled (id, state, attempts, reason, repeated, message, parts)
    where n.id = settled.id::uuid
    returning n.channel, n.state, n.partition, n.digest, n.follower, settled.parts),
counted as (
    select channel, state, partition, 1 as count from settled where digest is null
    union all
    select channel, 'extra', partition, parts - 1 from settled where digest is null and state = 'sent' and parts > 1
    union all
    select channel, 'to_followers', partition, parts from settled where state = 'sent' and follower <> '')
insert into channel_month (month, channel, state, partition, count)
select $6::text, channel, state, partition, sum(count) from counted
group by channel, state, partition order by 2, 3, 4
on conflict (month, channel, state, partition) do update set count = channel_month.count + excluded.count"""
# What a receipt said of it is of the past: a mail goes out under the same Message-ID.
AGAIN: Final = """
with forgotten as (
    delete from receipt where notice in (select id from notice where id = any($1::uuid[]) and state = 'failed'))
update notice set state = 'pending', attempts = 0, repeated = true, reason = '', next_at = clock_timestamp(),
       hour = null, digest = null, message = '', arrived_at = null
where id = any($1::uuid[]) and state = 'failed'
returning id::text"""
TO_FOLLOWERS: Final = """
select coalesce(sum(count), 0)::bigint from channel_month
where month = $1::text and channel = 'sms' and state = 'to_followers'"""
OWNER: Final = """
select partition from position where partition = any($1::smallint[]) and owner = $2::text
order by partition for share"""
# Takes the oldest notices of citizens, and those of the robots that may send now, the robot that has waited longest first,
# up to the limit for each robot.
# At night only of those citizens who want to be told then, by an index of their own.
# The index is asked once for each unit: what waits for the others, perhaps a storm of it, is not looked at.
TAKE: Final = """
with recursive unit (department) as (
    select min(department) from notice where channel = 'robot' and state in ('pending', 'claimed')
    union all
    select (select min(department) from notice
            where channel = 'robot' and state in ('pending', 'claimed') and department > unit.department)
    from unit where unit.department is not null),
robot as (
    select department from unit
    cross join lateral (
        select next_at from notice n
        where channel = 'robot' and state in ('pending', 'claimed') and n.department = unit.department
          and next_at <= clock_timestamp() and partition = any($1::smallint[])
        order by next_at limit 1) oldest
    where department <> all($2::text[]) order by next_at limit $5::integer),
of_citizens as (
    select id from notice
    where $6::boolean and channel <> 'robot' and state in ('pending', 'claimed')
      and next_at <= clock_timestamp() and partition = any($1::smallint[])
    order by next_at limit $3::integer for update skip locked),
of_wakeful as (
    select id from notice
    where not $6::boolean and at_night and channel <> 'robot' and state in ('pending', 'claimed')
      and next_at <= clock_timestamp() and partition = any($1::smallint[])
    order by next_at limit $3::integer for update skip locked),
of_staff as (
    select found.id from robot cross join lateral (
        select id from notice n
        where channel = 'robot' and state in ('pending', 'claimed') and n.department = robot.department
          and next_at <= clock_timestamp() and partition = any($1::smallint[])
        order by next_at limit $3::integer for update skip locked) found),
taken as (update notice set repeated = repeated or state = 'claimed', state = 'claimed', attempts = attempts + 1,
       next_at = clock_timestamp() + make_interval(secs => $4::float8)
where id in (select id from of_citizens union all select id from of_wakeful union all select id from of_staff)
returning id::text, subject, cause, kind, audience, channel, department, text, attempts, repeated, follower, others)
select taken.*, coalesce(followed.sealed, address.sealed) as sealed
from taken left join inbox_address address using (department, audience, channel)
left join follower followed on followed.subject = taken.subject and followed.id = taken.follower"""
LATER: Final = """
update notice n set state = case when later.lost then 'claimed' else 'pending' end, reason = later.reason,
       next_at = clock_timestamp() + make_interval(secs => later.seconds)
from unnest($1::text[], $2::float8[], $3::boolean[], $4::text[]) later (id, seconds, lost, reason)
where n.id = later.id::uuid"""
