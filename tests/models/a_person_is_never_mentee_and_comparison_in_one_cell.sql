-- Someone on both sides of a cell would be compared with themselves.
with int_matched_rows as (
    select * from {{ ref('int_matched_rows') }}
),

int_index_rows as (
    select * from {{ ref('int_index_rows') }}
)

select
    int_matched_rows.design,
    int_matched_rows.segment_dimension,
    int_matched_rows.segment_value,
    int_matched_rows.cell_id,
    int_index_rows.person_id
from int_matched_rows
inner join int_index_rows
    on int_matched_rows.index_row_id = int_index_rows.index_row_id
group by 1, 2, 3, 4, 5
having count(distinct int_matched_rows.is_mentee) > 1
