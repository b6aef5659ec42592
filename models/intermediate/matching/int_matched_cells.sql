with int_mentee_segments as (
    select * from {{ ref('int_mentee_segments') }}
),

int_pool_cells as (
    select * from {{ ref('int_pool_cells') }}
),

int_matching_rungs as (
    select * from {{ ref('int_matching_rungs') }}
),

used_rungs as (
    select * from int_matching_rungs
    where is_used
),

mentee_cells as (
    select
        int_mentee_segments.design,
        int_mentee_segments.segment_dimension,
        int_mentee_segments.segment_value,
        int_mentee_segments.pool_dimension,
        int_mentee_segments.pool_value,
        int_mentee_segments.rung,
        used_rungs.matched_share,
        int_mentee_segments.cell_id,
        count(*) as mentee_rows
    from int_mentee_segments
    inner join used_rungs
        on
            int_mentee_segments.design = used_rungs.design
            and int_mentee_segments.segment_dimension = used_rungs.segment_dimension
            and int_mentee_segments.segment_value = used_rungs.segment_value
            and int_mentee_segments.rung = used_rungs.rung
    group by 1, 2, 3, 4, 5, 6, 7, 8
)

-- The finest cells inside a matched cell find its comparison rows by equality alone.
select
    mentee_cells.design,
    mentee_cells.segment_dimension,
    mentee_cells.segment_value,
    mentee_cells.pool_dimension,
    mentee_cells.pool_value,
    mentee_cells.rung,
    mentee_cells.matched_share,
    mentee_cells.cell_id,
    mentee_cells.mentee_rows,
    int_pool_cells.finest_cell_id,
    int_pool_cells.comparison_rows
from mentee_cells
inner join int_pool_cells
    on
        mentee_cells.design = int_pool_cells.design
        and mentee_cells.rung = int_pool_cells.rung
        and mentee_cells.pool_dimension = int_pool_cells.pool_dimension
        and mentee_cells.pool_value = int_pool_cells.pool_value
        and mentee_cells.cell_id = int_pool_cells.cell_id
