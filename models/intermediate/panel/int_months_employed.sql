{{ config(materialized='view') }}

with int_job_states_classified as (
    select * from {{ ref('int_job_states_classified') }}
),

int_employment_spells as (
    select * from {{ ref('int_employment_spells') }}
),

int_data_ends as (
    select * from {{ ref('int_data_ends') }}
),

-- A month takes the job of its first day, or of the day of hire. So a state has the
-- months whose first day falls into it, and the first state of a spell its first month.
bounded as (
    select
        int_job_states_classified.*,
        int_employment_spells.person_id,
        int_employment_spells.starts_on as spell_starts_on,
        int_employment_spells.ends_on as spell_ends_on,
        int_employment_spells.left_on as spell_left_on,
        int_employment_spells.location,
        int_data_ends.hris_end,
        greatest(
            int_data_ends.data_start,
            case
                when
                    int_job_states_classified.valid_from
                    = int_employment_spells.starts_on
                    then {{ month_start('int_job_states_classified.valid_from') }}
                else {{ add_months(
                    month_start(add_days('int_job_states_classified.valid_from', -1)), 1
                ) }}
            end
        ) as first_month,
        coalesce(
            {{ month_start(add_days('int_job_states_classified.valid_to', -1)) }},
            {{ month_start('int_data_ends.hris_end') }}
        ) as last_month
    from int_job_states_classified
    inner join int_employment_spells
        on
            int_job_states_classified.person_key = int_employment_spells.person_key
            and int_job_states_classified.spell_number
            = int_employment_spells.spell_number
    cross join int_data_ends
),

expanded as (
    select
        *,
        {{ months_from_to('first_month', 'last_month') }} as month
    from bounded
)

select
    person_key,
    person_id,
    spell_number,
    month,
    spell_starts_on,
    greatest(month, spell_starts_on) as first_day,
    least(last_day(month), coalesce(spell_ends_on, hris_end), hris_end) as final_day,
    -- On the row of the last day employed: the day after may have none.
    case when month = {{ month_start('spell_ends_on') }} then spell_left_on end
        as left_on,
    level,
    level_rank,
    level_since,
    organisation,
    job_family,
    team_key,
    location
from expanded
