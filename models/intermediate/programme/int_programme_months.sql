{{ config(materialized='view') }}

with int_pairs_begun as (
    select * from {{ ref('int_pairs_begun') }}
),

int_data_ends as (
    select * from {{ ref('int_data_ends') }}
),

-- A month counts once the export reaches its last three days: weekends are quiet.
bounds as (
    select
        greatest(
            {{ month_start('min(int_pairs_begun.starts_on)') }},
            max(int_data_ends.data_start)
        ) as first_month,
        {{ add_months(
            month_start(add_days('max(int_data_ends.mentorship_end)', 4)), -1
        ) }} as last_month
    from int_pairs_begun
    cross join int_data_ends
),

months as (
    select
        last_month,
        {{ months_from_to('first_month', 'last_month') }} as month
    from bounds
)

select
    month,
    last_day(month) as month_end,
    month = last_month as is_last_month
from months
