{{ config(materialized='view') }}

with stg_generic__leaves as (
    select * from {{ ref('stg_generic__leaves') }}
),

int_identities_linked as (
    select * from {{ ref('int_identities_linked') }}
),

int_employment_spells as (
    select * from {{ ref('int_employment_spells') }}
),

int_data_ends as (
    select * from {{ ref('int_data_ends') }}
),

-- A leave counts on employed days only; one without an end lasts to the data's end.
clipped as (
    select
        int_employment_spells.person_key,
        greatest(
            stg_generic__leaves.starts_on, int_employment_spells.starts_on
        ) as starts_on,
        least(
            coalesce(stg_generic__leaves.ends_on, int_data_ends.hris_end),
            coalesce(int_employment_spells.ends_on, int_data_ends.hris_end),
            int_data_ends.hris_end
        ) as ends_on
    from stg_generic__leaves
    inner join int_identities_linked
        on stg_generic__leaves.employee_key = int_identities_linked.identifier_key
    inner join int_employment_spells
        on int_identities_linked.person_key = int_employment_spells.person_key
    cross join int_data_ends
),

absences as (
    select * from clipped
    where starts_on <= ends_on
),

followed as (
    select
        *,
        max(ends_on) over (
            partition by person_key
            order by starts_on, ends_on
            rows between unbounded preceding and 1 preceding
        ) as ends_before
    from absences
),

-- Overlapping leaves take a day out once.
numbered as (
    select
        *,
        sum(case when starts_on <= ends_before then 0 else 1 end) over (
            partition by person_key
            order by starts_on, ends_on
            rows between unbounded preceding and current row
        ) as absence_number
    from followed
)

select
    person_key,
    min(starts_on) as starts_on,
    max(ends_on) as ends_on
from numbered
group by person_key, absence_number
