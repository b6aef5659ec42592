with int_job_changes_ordered as (
    select * from {{ ref('int_job_changes_ordered') }}
),

int_employment_spells as (
    select * from {{ ref('int_employment_spells') }}
),

-- A change before the first day of a spell describes the job it starts with.
spelled_changes as (
    select
        int_employment_spells.person_key,
        int_employment_spells.spell_number,
        int_job_changes_ordered.effective_on,
        greatest(
            int_job_changes_ordered.effective_on, int_employment_spells.starts_on
        ) as valid_from,
        int_job_changes_ordered.effective_on
        > int_employment_spells.starts_on as is_change,
        int_job_changes_ordered.level,
        int_job_changes_ordered.job_family,
        int_job_changes_ordered.organisation,
        int_job_changes_ordered.team_key,
        int_job_changes_ordered.is_hr_promotion
    from int_employment_spells
    inner join int_job_changes_ordered
        on
            int_employment_spells.person_key = int_job_changes_ordered.person_key
            and coalesce(
                int_employment_spells.left_on > int_job_changes_ordered.effective_on,
                true
            )
    union all
    -- Until the first change is known, the job is unknown: one learnt later may be the
    -- result of what is studied.
    select
        person_key,
        spell_number,
        cast(null as date) as effective_on,
        starts_on as valid_from,
        false as is_change,
        cast(null as {{ dbt.type_string() }}) as level,
        cast(null as {{ dbt.type_string() }}) as job_family,
        cast(null as {{ dbt.type_string() }}) as organisation,
        cast(null as {{ dbt.type_string() }}) as team_key,
        false as is_hr_promotion
    from int_employment_spells
),

latest_first as (
    select
        *,
        row_number() over (
            partition by person_key, spell_number, valid_from
            order by effective_on desc nulls last
        ) as place
    from spelled_changes
),

states as (
    select * from latest_first
    where place = 1
)

select
    states.person_key,
    states.spell_number,
    states.valid_from,
    coalesce(
        lead(states.valid_from) over (
            partition by states.person_key, states.spell_number
            order by states.valid_from
        ),
        int_employment_spells.left_on
    ) as valid_to,
    states.is_change,
    states.level,
    {{ level_rank('states.level') }} as level_rank,
    states.job_family,
    states.organisation,
    states.team_key,
    states.is_hr_promotion and states.is_change as is_hr_promotion
from states
inner join int_employment_spells
    on
        states.person_key = int_employment_spells.person_key
        and states.spell_number = int_employment_spells.spell_number
