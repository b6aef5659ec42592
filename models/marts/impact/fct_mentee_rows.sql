{{ config(materialized='view') }}

with int_index_rows as (
    select * from {{ ref('int_index_rows') }}
),

int_index_outcomes as (
    select * from {{ ref('int_index_outcomes') }}
),

int_matched_rows as (
    select * from {{ ref('int_matched_rows') }}
),

matched_mentees as (
    select
        index_row_id,
        max(case when design = 'a' then 1 else 0 end) = 1 as is_matched_a,
        max(case when design = 'b' then 1 else 0 end) = 1 as is_matched_b
    from int_matched_rows
    where is_mentee and segment_dimension = 'all'
    group by 1
)

select
    coalesce(matched_mentees.is_matched_a, false) as is_matched_a,
    coalesce(matched_mentees.is_matched_b, false) as is_matched_b,
    {{ cohort_columns() }}
from int_index_rows
inner join int_index_outcomes
    on int_index_rows.index_row_id = int_index_outcomes.index_row_id
left join matched_mentees
    on int_index_rows.index_row_id = matched_mentees.index_row_id
where int_index_rows.is_mentee
