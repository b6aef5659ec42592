with int_job_states_compared as (
    select * from {{ ref('int_job_states_compared') }}
),

int_relevellings_detected as (
    select * from {{ ref('int_relevellings_detected') }}
),

-- A whole level moved on one date without promotions: the ladder changed, not people.
relevelled as (
    select
        int_job_states_compared.*,
        int_job_states_compared.is_change
        and not int_job_states_compared.is_hr_promotion
        and int_relevellings_detected.moved_on is not null
        and coalesce(
            int_job_states_compared.level_rank
            <> int_job_states_compared.previous_level_rank,
            false
        ) as is_relevelling
    from int_job_states_compared
    left join int_relevellings_detected
        on
            int_job_states_compared.valid_from = int_relevellings_detected.moved_on
            and int_job_states_compared.previous_level
            = int_relevellings_detected.level
            and coalesce(int_job_states_compared.previous_job_family, 'unknown')
            = int_relevellings_detected.job_family
),

-- Ranks before and after a re-levelling do not compare.
laddered as (
    select
        *,
        sum(case when is_relevelling then 1 else 0 end) over (
            partition by person_key, spell_number
            order by valid_from
            rows between unbounded preceding and current row
        ) as ladder_number
    from relevelled
),

heightened as (
    select
        *,
        max(level_rank) over (
            partition by person_key, spell_number, ladder_number
            order by valid_from
            rows between unbounded preceding and 1 preceding
        ) as highest_rank_before,
        case
            when
                not is_relevelling
                and (
                    not is_change
                    or coalesce(level, '') <> coalesce(previous_level, '')
                )
                then valid_from
        end as new_level_on
    from laddered
)

select
    person_key,
    spell_number,
    valid_from,
    valid_to,
    level,
    level_rank,
    job_family,
    organisation,
    team_key,
    is_relevelling,
    -- Getting a level back after a demotion is no promotion, unless HR says so.
    is_hr_promotion
    or (
        is_change
        and not is_relevelling
        and coalesce(level_rank > highest_rank_before, false)
    ) as is_promotion,
    max(new_level_on) over (
        partition by person_key, spell_number
        order by valid_from
        rows between unbounded preceding and current row
    ) as level_since
from heightened
