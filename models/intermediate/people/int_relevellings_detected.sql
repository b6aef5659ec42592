with int_job_states_compared as (
    select * from {{ ref('int_job_states_compared') }}
),

moves as (
    select
        valid_from as moved_on,
        previous_level as level,
        coalesce(previous_job_family, 'unknown') as job_family,
        count(*) as moved_count
    from int_job_states_compared
    where
        is_change
        and not is_hr_promotion
        and level_rank <> previous_level_rank
    group by 1, 2, 3
    -- One or two people are promotions without an event, not a wave.
    having count(*) >= 3
),

holders as (
    select
        moves.moved_on,
        moves.level,
        moves.job_family,
        count(*) as holders_count
    from moves
    inner join int_job_states_compared
        on
            moves.level = int_job_states_compared.level
            and moves.job_family
            = coalesce(int_job_states_compared.job_family, 'unknown')
            and moves.moved_on > int_job_states_compared.valid_from
            and (
                int_job_states_compared.valid_to is null
                or moves.moved_on <= int_job_states_compared.valid_to
            )
    group by 1, 2, 3
)

select
    moves.moved_on,
    moves.level,
    moves.job_family,
    moves.moved_count,
    holders.holders_count
from moves
inner join holders
    on
        moves.moved_on = holders.moved_on
        and moves.level = holders.level
        and moves.job_family = holders.job_family
where moves.moved_count >= 0.6 * holders.holders_count
