{#- Mentorship dimensions: mentees are restricted, their comparison rows are kept. -#}
{% set dimensions = ['program', 'model', 'assignment', 'cohort'] %}

with int_index_rows as (
    select * from {{ ref('int_index_rows') }}
),

int_index_cells as (
    select * from {{ ref('int_index_cells') }}
),

int_pool_rows as (
    select * from {{ ref('int_pool_rows') }}
),

segmented as (
    select
        index_row_id,
        pool_dimension as segment_dimension,
        pool_value as segment_value,
        pool_dimension,
        pool_value
    from int_pool_rows
    where is_mentee
    {% for dimension in dimensions -%}
        union all
        select
            index_row_id,
            '{{ dimension }}' as segment_dimension,
            {{ dimension }} as segment_value,
            'all' as pool_dimension,
            'all' as pool_value
        from int_index_rows
        where is_mentee
    {% endfor -%}
)

-- Every mentee of every segment with the cell of every rung of both designs.
{% for design in ['a', 'b'] -%}
    {% for rung in [1, 2, 3] -%}
        select
            '{{ design }}' as design,
            {{ rung }} as rung,
            segmented.segment_dimension,
            segmented.segment_value,
            segmented.pool_dimension,
            segmented.pool_value,
            int_index_cells.cell_{{ design }}{{ rung }} as cell_id,
            int_index_cells.index_row_id
        from segmented
        inner join int_index_cells
            on segmented.index_row_id = int_index_cells.index_row_id
        {{ 'union all' if not (design == 'b' and rung == 3) }}
    {% endfor -%}
{% endfor %}
