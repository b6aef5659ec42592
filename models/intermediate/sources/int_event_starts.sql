{{ config(materialized='view') }}

with int_pull_requests_unioned as (
    select * from {{ ref('int_pull_requests_unioned') }}
),

stg_git__merges as (
    select * from {{ ref('stg_git__merges') }}
),

int_incidents_unioned as (
    select * from {{ ref('int_incidents_unioned') }}
),

stg_generic__mentorships as (
    select * from {{ ref('stg_generic__mentorships') }}
),

pull_request_months as (
    select
        'git' as source,
        {{ month_start('opened_at') }} as month,
        count(*) as events_count
    from int_pull_requests_unioned
    group by 1, 2
),

-- Beside pull requests the log of a repository counts for nothing.
log_months as (
    select
        'git' as source,
        {{ month_start('merged_at') }} as month,
        count(*) as events_count
    from stg_git__merges
    where not exists (select 1 from int_pull_requests_unioned)
    group by 1, 2
),

incident_months as (
    select
        'incidents' as source,
        {{ month_start('opened_at') }} as month,
        count(*) as events_count
    from int_incidents_unioned
    group by 1, 2
),

event_months as (
    select * from pull_request_months
    union all
    select * from log_months
    union all
    select * from incident_months
),

typical_months as (
    select
        source,
        median(events_count) as median_count
    from event_months
    group by 1
),

-- A stray old pull request must not move the start of the data back by years.
outcome_starts as (
    select
        event_months.source,
        min(event_months.month) as starts_on
    from event_months
    inner join typical_months
        on event_months.source = typical_months.source
    where event_months.events_count >= 0.01 * typical_months.median_count
    group by 1
),

-- Without outcomes of either kind employment is still followed, from a year before the
-- first mentorship.
mentorship_start as (
    select
        'mentorship' as source,
        {{ add_months(month_start('min(starts_on)'), -12) }} as starts_on
    from stg_generic__mentorships
    where status in ('active', 'completed', 'ended_early')
)

select * from outcome_starts
union all
select * from mentorship_start
