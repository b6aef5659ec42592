{{ config(materialized='view') }}

with int_months_employed as (
    select * from {{ ref('int_months_employed') }}
),

int_absence_months as (
    select * from {{ ref('int_absence_months') }}
),

int_mentees_indexed as (
    select * from {{ ref('int_mentees_indexed') }}
),

int_data_ends as (
    select * from {{ ref('int_data_ends') }}
),

counted as (
    select
        int_months_employed.*,
        {{ days_between(
            'int_months_employed.first_day', 'int_months_employed.final_day'
        ) }}
        + 1 - coalesce(int_absence_months.gap_days, 0) as employed_days,
        coalesce(int_absence_months.leave_days, 0) as leave_days,
        {{ days_in_month('int_months_employed.month') }} as month_days,
        -- Days of the month before either export ends, and those before both do.
        {{ days_between(
            'int_months_employed.month',
            'least(last_day(int_months_employed.month), int_data_ends.hris_end)',
        ) }} + 1.0 as known_days,
        {{ days_between(
            'int_months_employed.month',
            'least(last_day(int_months_employed.month), int_data_ends.hris_end, '
            ~ 'int_data_ends.incidents_end)',
        ) }} + 1.0 as incident_days,
        coalesce(
            int_months_employed.month
            between int_data_ends.git_start and int_data_ends.git_last_month,
            false
        ) as is_git_observed,
        coalesce(
            int_months_employed.month >= int_data_ends.incidents_start
            and int_data_ends.incidents_end is not null,
            false
        ) as has_incidents,
        int_mentees_indexed.index_date
    from int_months_employed
    left join int_absence_months
        on
            int_months_employed.person_key = int_absence_months.person_key
            and int_months_employed.month = int_absence_months.month
    left join int_mentees_indexed
        on int_months_employed.person_key = int_mentees_indexed.person_key
    cross join int_data_ends
),

employed as (
    select
        *,
        (employed_days - least(leave_days, employed_days)) * 1.0 / month_days
            as exposure
    from counted
    where employed_days > 0
)

select
    person_key,
    person_id,
    spell_number,
    month,
    {{ month_number('month') }} as month_number,
    cast(employed_days as integer) as employed_days,
    cast(month_days as integer) as month_days,
    exposure,
    -- Incidents before and after their export cannot be counted, so these days do not
    -- count as exposure to them either.
    case
        when has_incidents
            then exposure * greatest(incident_days, 0.0) / known_days
        else 0.0
    end as incident_exposure,
    is_git_observed,
    level,
    level_rank,
    organisation,
    job_family,
    team_key,
    location,
    {{ months_between_dates('spell_starts_on', 'first_day') }} as tenure_months,
    {{ months_between_dates('level_since', 'first_day') }} as months_in_level,
    left_on,
    case when {{ month_start('index_date') }} = month then index_date end
        as mentoring_started_on,
    coalesce(index_date < month, false) as is_mentored,
    -- The day a mentorship starts is its first mentored day.
    case
        when index_date <= first_day then 1.0
        when index_date <= final_day
            then
                ({{ days_between('index_date', 'final_day') }} + 1.0)
                / ({{ days_between('first_day', 'final_day') }} + 1.0)
        else 0.0
    end as mentored_share
from employed
