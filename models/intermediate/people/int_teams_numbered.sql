with int_job_states_classified as (
    select * from {{ ref('int_job_states_classified') }}
),

int_employment_spells as (
    select * from {{ ref('int_employment_spells') }}
),

memberships as (
    select
        int_job_states_classified.team_key,
        int_job_states_classified.valid_from,
        int_employment_spells.person_id,
        row_number() over (
            partition by int_job_states_classified.team_key
            order by
                int_job_states_classified.valid_from, int_employment_spells.person_id
        ) as place
    from int_job_states_classified
    inner join int_employment_spells
        on
            int_job_states_classified.person_key = int_employment_spells.person_key
            and int_job_states_classified.spell_number
            = int_employment_spells.spell_number
    where int_job_states_classified.team_key is not null
)

-- In the order in which teams got their first member, never in that of the hash.
select
    team_key,
    cast(row_number() over (order by valid_from, person_id) as integer) as team_id
from memberships
where place = 1
