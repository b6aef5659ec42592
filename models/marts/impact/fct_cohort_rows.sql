{{ config(materialized='view') }}

with int_matched_rows as (
    select * from {{ ref('int_matched_rows') }}
),

int_index_rows as (
    select * from {{ ref('int_index_rows') }}
),

int_index_outcomes as (
    select * from {{ ref('int_index_outcomes') }}
)

select
    int_matched_rows.design,
    int_matched_rows.segment_dimension,
    int_matched_rows.segment_value,
    int_matched_rows.rung,
    int_matched_rows.matched_share,
    int_matched_rows.cell_id,
    {{ cohort_columns() }}
from int_matched_rows
inner join int_index_rows
    on int_matched_rows.index_row_id = int_index_rows.index_row_id
inner join int_index_outcomes
    on int_matched_rows.index_row_id = int_index_outcomes.index_row_id
