with int_absences_merged as (
    select * from {{ ref('int_absences_merged') }}
),

int_employments_numbered as (
    select * from {{ ref('int_employments_numbered') }}
),

periods as (
    select
        person_key,
        starts_on,
        ends_on,
        'leave' as kind
    from int_absences_merged
    union all
    select
        person_key,
        gap_starts_on as starts_on,
        {{ add_days('hired_on', -1) }} as ends_on,
        'gap' as kind
    from int_employments_numbered
    where gap_starts_on is not null
),

expanded as (
    select
        person_key,
        kind,
        starts_on,
        ends_on,
        {{ months_from_to(month_start('starts_on'), month_start('ends_on')) }}
            as month
    from periods
),

counted as (
    select
        person_key,
        month,
        kind,
        {{ days_between(
            'greatest(starts_on, month)', 'least(ends_on, last_day(month))'
        ) }} + 1 as days
    from expanded
)

select
    person_key,
    month,
    sum(case when kind = 'leave' then days else 0 end) as leave_days,
    sum(case when kind = 'gap' then days else 0 end) as gap_days
from counted
group by 1, 2
