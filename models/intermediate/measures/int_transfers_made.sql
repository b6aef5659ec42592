with int_job_states_dated as (
    select * from {{ ref('int_job_states_dated') }}
),

compared as (
    select
        *,
        lag(organisation) over (
            partition by person_key, spell_number order by valid_from
        ) as previous_organisation,
        lag(team_key) over (
            partition by person_key, spell_number order by valid_from
        ) as previous_team_key,
        lag(job_family) over (
            partition by person_key, spell_number order by valid_from
        ) as previous_job_family
    from int_job_states_dated
),

-- From or to a place that is not known is no transfer.
moves as (
    select
        *,
        valid_from as moved_on,
        coalesce(previous_team_key, previous_organisation) as previous_place
    from compared
    where
        coalesce(organisation <> previous_organisation, false)
        or coalesce(team_key <> previous_team_key, false)
        or coalesce(job_family <> previous_job_family, false)
),

-- One or two people who leave a place on one date are transfers.
waves as (
    select
        moved_on,
        previous_place,
        count(*) as moved_count
    from moves
    group by 1, 2
    having count(*) >= 3
),

holders as (
    select
        waves.moved_on,
        waves.previous_place,
        count(*) as holders_count
    from waves
    inner join int_job_states_dated
        on
            waves.previous_place = coalesce(
                int_job_states_dated.team_key, int_job_states_dated.organisation
            )
            and waves.moved_on > int_job_states_dated.valid_from
            and (
                int_job_states_dated.valid_to is null
                or waves.moved_on <= int_job_states_dated.valid_to
            )
    group by 1, 2
),

-- A team that moves as a whole is reorganised; nobody in it was transferred.
reorganisations as (
    select
        waves.moved_on,
        waves.previous_place
    from waves
    inner join holders
        on
            waves.moved_on = holders.moved_on
            and waves.previous_place = holders.previous_place
    where waves.moved_count >= 0.6 * holders.holders_count
)

select
    moves.person_key,
    moves.spell_number,
    moves.moved_on
from moves
left join reorganisations
    on
        moves.moved_on = reorganisations.moved_on
        and moves.previous_place = reorganisations.previous_place
where reorganisations.moved_on is null
