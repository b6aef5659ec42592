-- A cell with one arm only compares nobody and would be dropped in silence by a fit.
with int_matched_rows as (
    select * from {{ ref('int_matched_rows') }}
)

select
    design,
    segment_dimension,
    segment_value,
    cell_id
from int_matched_rows
group by 1, 2, 3, 4
having count(distinct is_mentee) < 2
