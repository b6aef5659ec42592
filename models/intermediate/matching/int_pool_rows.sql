{{ config(materialized='view') }}

{#- Person dimensions: both arms are restricted to a value and matched anew. -#}
{% set dimensions = ['organisation', 'level', 'job_family', 'location'] %}
{% set columns -%}
            index_row_id,
            is_mentee,
            cell_a1,
            cell_a2,
            cell_a3,
            cell_b1,
            cell_b2,
            cell_b3
{%- endset %}

with int_index_cells as (
    select * from {{ ref('int_index_cells') }}
),

int_person_groups as (
    select * from {{ ref('int_person_groups') }}
),

reporting_groups as (
    select
        int_person_groups.segment_dimension,
        int_person_groups.segment_value,
        int_index_cells.*
    from int_index_cells
    inner join int_person_groups
        on int_index_cells.person_id = int_person_groups.person_id
),

pooled as (
    select
        'all' as pool_dimension,
        'all' as pool_value,
        {{ columns }}
    from int_index_cells
    {% for dimension in dimensions -%}
        union all
        select
            '{{ dimension }}' as pool_dimension,
            {{ dimension }} as pool_value,
            {{ columns }}
        from int_index_cells
    {% endfor -%}
    union all
    select
        segment_dimension as pool_dimension,
        segment_value as pool_value,
        {{ columns }}
    from reporting_groups
)

select * from pooled
