{{ config(materialized='view') }}

with int_job_states_dated as (
    select * from {{ ref('int_job_states_dated') }}
)

select
    *,
    lag(level) over (
        partition by person_key, spell_number order by valid_from
    ) as previous_level,
    lag(level_rank) over (
        partition by person_key, spell_number order by valid_from
    ) as previous_level_rank,
    lag(job_family) over (
        partition by person_key, spell_number order by valid_from
    ) as previous_job_family
from int_job_states_dated
