{{ config(materialized='view') }}

with stg_generic__employees as (
    select * from {{ ref('stg_generic__employees') }}
),

int_data_ends as (
    select * from {{ ref('int_data_ends') }}
),

-- Lists that are declared complete name everyone who is employed on their day: whoever
-- is missing from a later one, without a word of leaving, left on the last day they
-- were listed.
employees as (
    select
        *,
        coalesce(
            terminated_on,
            case when listed_on < max(listed_on) over () then listed_on end
        ) as ended_on
    from stg_generic__employees
),

-- What the HRIS export could know by its end: no future hires, and whoever is to leave
-- later is still employed. An offer withdrawn before the first day is no employment.
past_employments as (
    select
        employees.employee_key as person_key,
        employees.source_file_id,
        employees.source_row,
        employees.hired_on,
        case
            when employees.ended_on <= int_data_ends.hris_end
                then employees.ended_on
        end as ends_on,
        case
            when employees.ended_on <= int_data_ends.hris_end
                then employees.termination_type
        end as leave_type,
        case
            when employees.ended_on <= int_data_ends.hris_end
                then employees.is_regrettable
        end as is_regrettable,
        employees.location,
        employees.gender,
        employees.birth_year
    from employees
    cross join int_data_ends
    where
        employees.hired_on <= int_data_ends.hris_end
        and coalesce(
            employees.ended_on >= employees.hired_on,
            true
        )
        and {{ not_in_setting(
            'employees.employment_type',
            'population_employment_types_excluded',
        ) }}
        and {{ in_setting(
            'employees.location', 'population_locations'
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
    is_regrettable,
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
