{{ config(materialized='view') }}

with stg_generic__employees as (
    select * from {{ ref('stg_generic__employees') }}
),

int_data_ends as (
    select * from {{ ref('int_data_ends') }}
),

-- What the HRIS export could know by its end: no future hires, and whoever is to leave
-- later is still employed. An offer withdrawn before the first day is no employment.
past_employments as (
    select
        stg_generic__employees.employee_key as person_key,
        stg_generic__employees.source_file_id,
        stg_generic__employees.source_row,
        stg_generic__employees.hired_on,
        case
            when stg_generic__employees.terminated_on <= int_data_ends.hris_end
                then stg_generic__employees.terminated_on
        end as ends_on,
        case
            when stg_generic__employees.terminated_on <= int_data_ends.hris_end
                then stg_generic__employees.termination_type
        end as leave_type,
        stg_generic__employees.location,
        stg_generic__employees.gender,
        stg_generic__employees.birth_year
    from stg_generic__employees
    cross join int_data_ends
    where
        stg_generic__employees.hired_on <= int_data_ends.hris_end
        and coalesce(
            stg_generic__employees.terminated_on >= stg_generic__employees.hired_on,
            true
        )
        and {{ not_in_setting(
            'stg_generic__employees.employment_type',
            'population_employment_types_excluded',
        ) }}
        and {{ in_setting(
            'stg_generic__employees.location', 'population_locations'
        ) }}
),

followed as (
    select
        *,
        max(coalesce(ends_on, cast('9999-12-31' as date))) over (
            partition by person_key
            order by hired_on, source_file_id, source_row
            rows between unbounded preceding and 1 preceding
        ) as previous_ends_on
    from past_employments
),

-- A rehire within 90 days goes on with the same spell; after more, a new one begins.
marked as (
    select
        *,
        case
            when previous_ends_on is null then 1
            when {{ days_between('previous_ends_on', 'hired_on') }} > 90 then 1
            else 0
        end as starts_spell
    from followed
)

select
    person_key,
    cast(
        sum(starts_spell) over (
            partition by person_key
            order by hired_on, source_file_id, source_row
            rows between unbounded preceding and current row
        ) as integer
    ) as spell_number,
    hired_on,
    ends_on,
    leave_type,
    -- Days between two employments of one spell are not employed.
    case
        when
            starts_spell = 0
            and {{ days_between('previous_ends_on', 'hired_on') }} > 1
            then {{ add_days('previous_ends_on', 1) }}
    end as gap_starts_on,
    location,
    gender,
    birth_year,
    source_file_id,
    source_row
from marked
