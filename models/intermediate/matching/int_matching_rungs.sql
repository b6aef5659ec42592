with int_mentee_segments as (
    select * from {{ ref('int_mentee_segments') }}
),

int_pool_cells as (
    select * from {{ ref('int_pool_cells') }}
),

filled_cells as (
    select
        design,
        rung,
        pool_dimension,
        pool_value,
        cell_id,
        sum(comparison_rows) as comparison_rows
    from int_pool_cells
    group by 1, 2, 3, 4, 5
),

rungs as (
    select
        int_mentee_segments.design,
        int_mentee_segments.segment_dimension,
        int_mentee_segments.segment_value,
        int_mentee_segments.rung,
        count(*) as mentees_count,
        count(filled_cells.cell_id) as matched_count
    from int_mentee_segments
    left join filled_cells
        on
            int_mentee_segments.design = filled_cells.design
            and int_mentee_segments.rung = filled_cells.rung
            and int_mentee_segments.pool_dimension = filled_cells.pool_dimension
            and int_mentee_segments.pool_value = filled_cells.pool_value
            and int_mentee_segments.cell_id = filled_cells.cell_id
    group by 1, 2, 3, 4
),

-- The first rung that matches 85 % of the mentees, else the last.
ordered as (
    select
        *,
        row_number() over (
            partition by design, segment_dimension, segment_value
            order by
                case
                    when matched_count >= 0.85 * mentees_count then rung
                    else 100 - rung
                end
        ) as place
    from rungs
)

select
    design,
    segment_dimension,
    segment_value,
    rung,
    cast(mentees_count as integer) as mentees_count,
    cast(matched_count as integer) as matched_count,
    matched_count * 1.0 / mentees_count as matched_share,
    place = 1 as is_used
from ordered
