{% set cap = comparison_cap() %}

with int_index_rows as (
    select * from {{ ref('int_index_rows') }}
),

int_mentee_segments as (
    select * from {{ ref('int_mentee_segments') }}
),

int_pool_rows as (
    select * from {{ ref('int_pool_rows') }}
),

int_matched_cells as (
    select * from {{ ref('int_matched_cells') }}
),

-- Only cells that hold both arms.
cells as (
    select distinct
        design,
        segment_dimension,
        segment_value,
        rung,
        matched_share,
        cell_id
    from int_matched_cells
),

mentees as (
    select
        cells.design,
        cells.segment_dimension,
        cells.segment_value,
        cells.rung,
        cells.matched_share,
        cells.cell_id,
        int_mentee_segments.index_row_id,
        true as is_mentee
    from int_mentee_segments
    inner join cells
        on
            int_mentee_segments.design = cells.design
            and int_mentee_segments.segment_dimension = cells.segment_dimension
            and int_mentee_segments.segment_value = cells.segment_value
            and int_mentee_segments.rung = cells.rung
            and int_mentee_segments.cell_id = cells.cell_id
),

comparisons as (
    select
        int_matched_cells.design,
        int_matched_cells.segment_dimension,
        int_matched_cells.segment_value,
        int_matched_cells.rung,
        int_matched_cells.matched_share,
        int_matched_cells.cell_id,
        int_pool_rows.index_row_id,
        false as is_mentee
    from int_pool_rows
    inner join int_matched_cells
        on
            int_pool_rows.pool_dimension = int_matched_cells.pool_dimension
            and int_pool_rows.pool_value = int_matched_cells.pool_value
            and int_pool_rows.cell_a1 = int_matched_cells.finest_cell_id
    where not int_pool_rows.is_mentee
),

{% if cap -%}
    mentee_tenures as (
        select
            mentees.design,
            mentees.segment_dimension,
            mentees.segment_value,
            mentees.cell_id,
            count(*) as mentee_rows,
            avg(int_index_rows.tenure_months) as mean_tenure_months
        from mentees
        inner join int_index_rows
            on mentees.index_row_id = int_index_rows.index_row_id
        group by 1, 2, 3, 4
    ),

    -- Nearest in tenure first, then in order of hire, which is the order of person_id:
    -- never in that of the hash.
    distanced as (
        select
            comparisons.*,
            mentee_tenures.mentee_rows,
            row_number() over (
                partition by
                    comparisons.design,
                    comparisons.segment_dimension,
                    comparisons.segment_value,
                    comparisons.cell_id
                order by
                    round(
                        abs(
                            int_index_rows.tenure_months
                            - mentee_tenures.mean_tenure_months
                        ), 6
                    ),
                    int_index_rows.person_id
            ) as place
        from comparisons
        inner join int_index_rows
            on comparisons.index_row_id = int_index_rows.index_row_id
        inner join mentee_tenures
            on
                comparisons.design = mentee_tenures.design
                and comparisons.segment_dimension = mentee_tenures.segment_dimension
                and comparisons.segment_value = mentee_tenures.segment_value
                and comparisons.cell_id = mentee_tenures.cell_id
    ),

    kept_comparisons as (
        select
            design,
            segment_dimension,
            segment_value,
            rung,
            matched_share,
            cell_id,
            index_row_id,
            is_mentee
        from distanced
        where place <= {{ cap }} * mentee_rows
    )
{%- else -%}
    kept_comparisons as (
        select * from comparisons
    )
{%- endif %}

select * from mentees
union all
select * from kept_comparisons
