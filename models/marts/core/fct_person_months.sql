{{ config(materialized='view') }}

with int_person_months as (
    select * from {{ ref('int_person_months') }}
)

select
    person_key,
    person_id,
    spell_number,
    month,
    employed_days,
    month_days,
    exposure,
    incident_exposure,
    is_git_observed,
    level,
    level_rank,
    organisation,
    job_family,
    team,
    team_id,
    location,
    tenure_months,
    months_in_level,
    pr_opened_count,
    pr_merged_count,
    log_hours_sum,
    incident_count,
    on_call_weeks,
    promoted_on,
    left_on,
    mentoring_started_on,
    is_mentored,
    mentored_share,
    is_in_population
from int_person_months
