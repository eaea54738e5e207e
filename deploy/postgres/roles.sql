-- Roles and schemas: each service owns one schema and can reach nothing else.
-- Run once as a superuser:  psql -v intake_password=… -v router_password=… … -f roles.sql
-- The schema `vault` is the one exception: written and read by intake, its keys read by notifier.
create role intake login password :'intake_password';
create role router login password :'router_password';
create role deadline login password :'deadline_password';
create role notifier login password :'notifier_password';
create role stats login password :'stats_password';
create role survey login password :'survey_password';
create role debate login password :'debate_password';
create role portal login password :'portal_password';
create role wechat login password :'wechat_password';
create role auditor login password :'auditor_password';
revoke all on schema public from public;
create schema intake authorization intake;
create schema vault authorization intake;
create schema router authorization router;
create schema deadline authorization deadline;
create schema notifier authorization notifier;
create schema stats authorization stats;
create schema survey authorization survey;
create schema debate authorization debate;
create schema portal authorization portal;
create schema wechat authorization wechat;
grant usage on schema vault to notifier;
grant usage on schema intake, router, deadline, notifier, stats, survey, debate to auditor;
alter default privileges for role intake in schema intake grant select on tables to auditor;
alter default privileges for role router in schema router grant select on tables to auditor;
alter default privileges for role deadline in schema deadline grant select on tables to auditor;
alter default privileges for role notifier in schema notifier grant select on tables to auditor;
alter default privileges for role stats in schema stats grant select on tables to auditor;
alter default privileges for role survey in schema survey grant select on tables to auditor;
alter default privileges for role debate in schema debate grant select on tables to auditor;
-- The security log belongs to nobody who works: the portal adds and reads rows, intake adds who opened a sealed box; neither
-- can change or delete one. Rows are kept for so many months, six at least; then the portal may have them forgotten, and only
-- them: the function goes by the clock of the database and by a number that only its owner can change.
create schema security;
create table if not exists security.log (
    id      bigint generated always as identity primary key,
    at      timestamptz not null,
    kind    text not null,
    person  text not null,
    client  text not null,
    about   text not null,
    detail  text not null
);
create index if not exists log_person on security.log (person, id);
create index if not exists log_kind on security.log (kind, id);
grant usage on schema security to portal, auditor, intake;
grant select, insert on security.log to portal;
grant insert on security.log to intake;
grant select on security.log to auditor;
create index if not exists log_at on security.log using brin (at);
create table if not exists security.kept (
    months integer not null check (months >= 6),
    alone  boolean primary key default true check (alone)
);
insert into security.kept (months) values (12) on conflict do nothing;
create or replace function security.forget() returns bigint language sql security definer set search_path = '' as $$
    with past as (
        select date_trunc('day', clock_timestamp() - make_interval(months => months)) as until from security.kept
    ), gone as (
        delete from security.log where at < (select until from past) returning id
    ), told as (
        insert into security.log (at, kind, person, client, about, detail)
        select clock_timestamp(), 'log-forgotten', '', '', '', count(*) || ' 条,早于 ' || to_char((select until from past), 'YYYY-MM-DD')
        from gone having count(*) > 0
    )
    select count(*) from gone
$$;
revoke all on function security.forget() from public;
grant execute on function security.forget() to portal;
grant select on security.kept to portal, auditor;
-- Intake overwrites the keys that were erased, in its tables and in the log files.
grant pg_checkpoint to intake;
grant execute on function pg_switch_wal(), pg_ls_waldir() to intake;
