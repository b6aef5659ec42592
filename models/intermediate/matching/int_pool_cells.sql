{#-
    Comparison rows collapsed to the finest cells they share, then listed under the key of
    every rung: what there is to compare with, without carrying the rows.
-#}
with int_pool_rows as (
    select * from {{ ref('int_pool_rows') }}
),

int_mentee_segments as (
    select * from {{ ref('int_mentee_segments') }}
),

finest_cells as (
    select
        pool_dimension,
        pool_value,
        cell_a1,
        -- The finest cell determines all others.
        min(cell_a2) as cell_a2,
        min(cell_a3) as cell_a3,
        min(cell_b1) as cell_b1,
        min(cell_b2) as cell_b2,
        min(cell_b3) as cell_b3,
        count(*) as comparison_rows
    from int_pool_rows
    where not is_mentee
    group by 1, 2, 3
),

mentee_cells as (
    select distinct
        design,
        rung,
        pool_dimension,
        pool_value,
        cell_id
    from int_mentee_segments
),

listed as (
    {% for design in ['a', 'b'] -%}
        {% for rung in [1, 2, 3] -%}
            select
                '{{ design }}' as design,
                {{ rung }} as rung,
                pool_dimension,
                pool_value,
                cell_{{ design }}{{ rung }} as cell_id,
                cell_a1 as finest_cell_id,
                comparison_rows
            from finest_cells
            {{ 'union all' if not (design == 'b' and rung == 3) }}
        {% endfor -%}
    {% endfor %}
)

select listed.*
from listed
inner join mentee_cells
    on
        listed.design = mentee_cells.design
        and listed.rung = mentee_cells.rung
        and listed.pool_dimension = mentee_cells.pool_dimension
        and listed.pool_value = mentee_cells.pool_value
        and listed.cell_id = mentee_cells.cell_id
