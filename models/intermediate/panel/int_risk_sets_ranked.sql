{{ config(materialized='view') }}

with int_lookbacks_summed as (
    select * from {{ ref('int_lookbacks_summed') }}
),

at_risk as (
    select * from int_lookbacks_summed
    where not is_left_in_index_month
),

with_mentees as (
    select
        *,
        max(case when is_mentee then 1 else 0 end) over (
            partition by month
        ) as has_mentees
    from at_risk
),

-- A month in which nobody starts compares nobody. Ties share a tercile, so no order
-- among equals can move anyone; sums of the same numbers in another order differ in the
-- last digits, hence the rounding.
ranked as (
    select
        *,
        rank() over (
            partition by month, base_hours_6 is null
            order by round(base_hours_6, 9)
        ) as place,
        count(*) over (partition by month, base_hours_6 is null) as people_count
    from with_mentees
    where has_mentees = 1
)

select
    *,
    case
        when base_hours_6 is null then 'none'
        when 3 * (place - 1) < people_count then '1'
        when 3 * (place - 1) < 2 * people_count then '2'
        else '3'
    end as tercile
from ranked
