{{ config(materialized='view') }}

with int_person_months as (
    select * from {{ ref('int_person_months') }}
),

stg_generic__events as (
    select * from {{ ref('stg_generic__events') }}
),

-- An event without an end is known to have touched the month it began in.
eventful as (
    select distinct
        organisation,
        {{ months_from_to(
            month_start('starts_on'), month_start('coalesce(ends_on, starts_on)')
        ) }} as month
    from stg_generic__events
    where starts_on is not null
),

eventful_for_all as (
    select month from eventful
    where organisation is null
),

eventful_for_some as (
    select
        month,
        organisation
    from eventful
    where organisation is not null
),

team_months as (
    select
        team_id,
        month_number,
        sum(case when is_mentored or mentoring_started_on is not null then 1 else 0 end)
            as started_count
    from int_person_months
    where team_id is not null
    group by 1, 2
)

select
    int_person_months.person_id,
    int_person_months.spell_number,
    int_person_months.month_number,
    int_person_months.exposure,
    int_person_months.incident_exposure,
    int_person_months.on_call_weeks,
    int_person_months.is_git_observed,
    int_person_months.log_hours_sum,
    int_person_months.pr_merged_count,
    int_person_months.incident_count,
    int_person_months.is_mentored
    or int_person_months.mentoring_started_on is not null as is_started,
    int_person_months.left_on is not null as is_leaving,
    int_person_months.promoted_on is not null as is_promoted,
    eventful_for_all.month is not null
    or eventful_for_some.month is not null as is_eventful,
    -- Somebody else of the team has started by the end of the month.
    coalesce(
        team_months.started_count
        > case
            when
                int_person_months.is_mentored
                or int_person_months.mentoring_started_on is not null
                then 1
            else 0
        end,
        false
    ) as has_mentored_team_mate
from int_person_months
left join eventful_for_all
    on int_person_months.month = eventful_for_all.month
left join eventful_for_some
    on
        int_person_months.month = eventful_for_some.month
        and int_person_months.organisation = eventful_for_some.organisation
left join team_months
    on
        int_person_months.team_id = team_months.team_id
        and int_person_months.month_number = team_months.month_number
