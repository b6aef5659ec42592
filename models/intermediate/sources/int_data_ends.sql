{#-
    What has happened, by source: never a target, a planned end or a shift, which are
    written down before their time.
-#}
{% set begun = "status in ('active', 'completed', 'ended_early')" %}
{% set events = [
    ('git', 'int_pull_requests_unioned',
        ['opened_at', 'ready_for_review_at', 'merged_at', 'closed_at'], none),
    ('git', 'int_reviews_unioned', ['submitted_at'], none),
    ('git', 'stg_git__merges', ['merged_at'], none),
    ('incidents', 'int_incidents_unioned',
        ['opened_at', 'acknowledged_at', 'resolved_at'], none),
    ('incidents', 'stg_pagerduty__log_entries', ['occurred_at'], none),
    ('incidents', 'stg_generic__incident_responders', ['joined_at'], none),
    ('hris', 'stg_generic__employees', ['hired_on', 'terminated_on', 'listed_on'], none),
    ('hris', 'stg_generic__job_history', ['effective_on'], none),
    ('hris', 'stg_generic__leaves', ['starts_on'], none),
    ('hris', 'stg_generic__performance_reviews', ['reviewed_on'], none),
    ('mentorship', 'stg_generic__mentorships', ['starts_on'], begun),
    ('mentorship', 'stg_generic__sessions', ['held_at'], "status = 'held'"),
    ('mentorship', 'stg_generic__goals', ['created_at', 'completed_at'], none),
    ('mentorship', 'stg_generic__surveys', ['answered_at'], none),
] %}
{% set declared = var('data_end') %}

with int_event_starts as (
    select * from {{ ref('int_event_starts') }}
),

int_pull_requests_unioned as (
    select * from {{ ref('int_pull_requests_unioned') }}
),

stg_generic__job_history as (
    select * from {{ ref('stg_generic__job_history') }}
),

latest_days as (
    {{ latest_event_days(events) }}
),

exported_ends as (
    select
        source,
        max(latest_day) as latest_day
    from latest_days
    group by 1
),

-- A declared end says how far an export reaches where its latest event misleads; it
-- cannot make a source that was not exported.
source_ends as (
    select
        source,
        case
            when latest_day is null then latest_day
            when source = 'git'
                then coalesce({{ date_literal(declared['git']) }}, latest_day)
            when source = 'hris'
                then coalesce({{ date_literal(declared['hris']) }}, latest_day)
            when source = 'incidents'
                then coalesce({{ date_literal(declared['incidents']) }}, latest_day)
            else coalesce({{ date_literal(declared['mentorship']) }}, latest_day)
        end as ends_on
    from exported_ends
),

dated as (
    select
        coalesce({{ date_literal(var('as_of_date')) }}, max(ends_on)) as as_of_date,
        max(case when source = 'git' then ends_on end) as git_end,
        max(case when source = 'hris' then ends_on end) as hris_end,
        max(case when source = 'incidents' then ends_on end) as incidents_end,
        max(case when source = 'mentorship' then ends_on end) as mentorship_end
    from source_ends
),

cut as (
    select
        as_of_date,
        case when git_end > as_of_date then as_of_date else git_end end as git_end,
        case when hris_end > as_of_date then as_of_date else hris_end end as hris_end,
        case when incidents_end > as_of_date then as_of_date else incidents_end end
            as incidents_end,
        case when mentorship_end > as_of_date then as_of_date else mentorship_end end
            as mentorship_end
    from dated
),

-- The log of a repository alone knows what was merged, not how long it took; without
-- job history nobody is known to be promoted, which is not nobody.
recorded as (
    select
        (select count(*) > 0 from int_pull_requests_unioned) as has_pull_requests,
        (select count(*) > 0 from stg_generic__job_history) as has_job_history
),

started as (
    select
        max(case when source = 'git' then starts_on end) as git_start,
        max(case when source = 'incidents' then starts_on end) as incidents_start,
        max(case when source = 'mentorship' then starts_on end) as mentorship_start
    from int_event_starts
)

select
    cut.as_of_date,
    cut.git_end,
    cut.hris_end,
    cut.incidents_end,
    cut.mentorship_end,
    coalesce(
        least(started.git_start, started.incidents_start), started.mentorship_start
    ) as data_start,
    started.git_start,
    started.incidents_start,
    -- A pull request needs time to be merged: the last month to follow is the last that
    -- ended three weeks before the export does. With an export that ends at a month's
    -- end, weekends and holidays allowed for, that leaves out exactly the last month.
    {{ add_months(month_start(add_days('cut.git_end', -20)), -1) }} as git_last_month,
    recorded.has_pull_requests,
    recorded.has_job_history
from cut
cross join started
cross join recorded
