with stg_generic__on_call as (
    select * from {{ ref('stg_generic__on_call') }}
),

int_identities_linked as (
    select * from {{ ref('int_identities_linked') }}
),

int_data_ends as (
    select * from {{ ref('int_data_ends') }}
),

-- Schedules are written ahead; what lies beyond the incidents' end has not been served.
served as (
    select
        int_identities_linked.person_key,
        stg_generic__on_call.starts_at,
        least(
            stg_generic__on_call.ends_at,
            cast(
                {{ add_days('int_data_ends.incidents_end', 1) }} as {{ moment_type() }}
            )
        ) as ends_at
    from stg_generic__on_call
    inner join int_identities_linked
        on
            stg_generic__on_call.person_name_key
            = int_identities_linked.identifier_key
    cross join int_data_ends
    where
        int_identities_linked.person_key is not null
        and stg_generic__on_call.ends_at is not null
        and int_data_ends.incidents_end is not null
),

shifts as (
    select * from served
    where starts_at < ends_at
),

followed as (
    select
        *,
        max(ends_at) over (
            partition by person_key
            order by starts_at, ends_at
            rows between unbounded preceding and 1 preceding
        ) as ends_before
    from shifts
),

-- On call for two schedules at once is on call once.
numbered as (
    select
        *,
        sum(case when starts_at <= ends_before then 0 else 1 end) over (
            partition by person_key
            order by starts_at, ends_at
            rows between unbounded preceding and current row
        ) as shift_number
    from followed
),

merged as (
    select
        person_key,
        min(starts_at) as starts_at,
        max(ends_at) as ends_at
    from numbered
    group by person_key, shift_number
),

expanded as (
    select
        person_key,
        starts_at,
        ends_at,
        {{ months_from_to(month_start('starts_at'), month_start('ends_at')) }}
            as month
    from merged
),

bounded as (
    select
        person_key,
        month,
        greatest(starts_at, cast(month as {{ moment_type() }})) as starts_at,
        least(
            ends_at, cast({{ add_months('month', 1) }} as {{ moment_type() }})
        ) as ends_at
    from expanded
)

select
    person_key,
    month,
    sum({{ hours_between('starts_at', 'ends_at') }}) / 168.0 as on_call_weeks
from bounded
-- A shift that ends with a month has no time in the next.
where starts_at < ends_at
group by person_key, month
