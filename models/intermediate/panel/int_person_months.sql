with int_months_exposed as (
    select * from {{ ref('int_months_exposed') }}
),

int_pull_request_months as (
    select * from {{ ref('int_pull_request_months') }}
),

int_incidents_attributed as (
    select * from {{ ref('int_incidents_attributed') }}
),

int_on_call_months as (
    select * from {{ ref('int_on_call_months') }}
),

int_job_states_classified as (
    select * from {{ ref('int_job_states_classified') }}
),

int_teams_numbered as (
    select * from {{ ref('int_teams_numbered') }}
),

int_data_ends as (
    select * from {{ ref('int_data_ends') }}
),

incident_months as (
    select
        int_incidents_attributed.person_key,
        {{ month_start('int_incidents_attributed.opened_at') }} as month,
        count(*) as incident_count
    from int_incidents_attributed
    cross join int_data_ends
    where
        int_incidents_attributed.person_key is not null
        -- Nobody is known to be employed after the end of the HRIS export.
        and {{ utc_date('int_incidents_attributed.opened_at') }}
        <= int_data_ends.hris_end
    group by 1, 2
),

promotion_months as (
    select
        person_key,
        spell_number,
        {{ month_start('valid_from') }} as month,
        min(valid_from) as promoted_on
    from int_job_states_classified
    where is_promotion
    group by 1, 2, 3
),

schedules as (
    select count(*) > 0 as has_schedules
    from int_on_call_months
)

select
    int_months_exposed.person_key,
    int_months_exposed.person_id,
    int_months_exposed.spell_number,
    int_months_exposed.month,
    int_months_exposed.month_number,
    int_months_exposed.employed_days,
    int_months_exposed.month_days,
    int_months_exposed.exposure,
    int_months_exposed.incident_exposure,
    int_months_exposed.is_git_observed,
    int_months_exposed.level,
    int_months_exposed.level_rank,
    int_months_exposed.organisation,
    int_months_exposed.job_family,
    int_months_exposed.team_key as team,
    int_teams_numbered.team_id,
    int_months_exposed.location,
    int_months_exposed.tenure_months,
    int_months_exposed.months_in_level,
    cast(coalesce(int_pull_request_months.pr_opened_count, 0) as integer)
        as pr_opened_count,
    cast(coalesce(int_pull_request_months.pr_merged_count, 0) as integer)
        as pr_merged_count,
    coalesce(int_pull_request_months.log_hours_sum, 0.0) as log_hours_sum,
    cast(coalesce(incident_months.incident_count, 0) as integer) as incident_count,
    -- Without schedules nobody knows who was on call; with them, the others were not.
    case
        when schedules.has_schedules
            then coalesce(int_on_call_months.on_call_weeks, 0.0)
    end as on_call_weeks,
    promotion_months.promoted_on,
    int_months_exposed.left_on,
    int_months_exposed.mentoring_started_on,
    int_months_exposed.is_mentored,
    int_months_exposed.mentored_share,
    {{ in_setting('int_months_exposed.level', 'population_levels') }}
    and {{ in_setting('int_months_exposed.job_family', 'population_job_families') }}
    and {{ in_setting('int_months_exposed.organisation', 'population_organisations') }}
        as is_in_population
from int_months_exposed
cross join schedules
left join int_pull_request_months
    on
        int_months_exposed.person_key = int_pull_request_months.person_key
        and int_months_exposed.month = int_pull_request_months.month
left join incident_months
    on
        int_months_exposed.person_key = incident_months.person_key
        and int_months_exposed.month = incident_months.month
left join int_on_call_months
    on
        int_months_exposed.person_key = int_on_call_months.person_key
        and int_months_exposed.month = int_on_call_months.month
left join promotion_months
    on
        int_months_exposed.person_key = promotion_months.person_key
        and int_months_exposed.spell_number = promotion_months.spell_number
        and int_months_exposed.month = promotion_months.month
left join int_teams_numbered
    on int_months_exposed.team_key = int_teams_numbered.team_key
