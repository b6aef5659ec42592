{{ config(materialized='view') }}

{#-
    The weights handle any number of comparison rows, so all are kept. Only where that would
    make more rows than a machine should hold are some let go: beyond a few for each mentee
    they add next to no precision.
-#}
{% set most_rows = 3000000 %}
{% set numbers = [5, 7, 10, 15, 20, 30, 50, 100] %}

with int_matched_cells as (
    select * from {{ ref('int_matched_cells') }}
),

cells as (
    select
        design,
        segment_dimension,
        segment_value,
        cell_id,
        max(mentee_rows) as mentee_rows,
        sum(comparison_rows) as comparison_rows
    from int_matched_cells
    group by 1, 2, 3, 4
),

counted as (
    select
        {% for number in numbers -%}
            sum(least(comparison_rows, {{ number }} * mentee_rows))
                as up_to_{{ number }},
        {% endfor -%}
        sum(comparison_rows) as comparison_rows
    from cells
)

select
    cast(
        case
            when comparison_rows <= {{ most_rows }} then null
            {% for number in numbers[1:] | reverse -%}
                when up_to_{{ number }} <= {{ most_rows }} then {{ number }}
            {% endfor -%}
            when comparison_rows > {{ most_rows }} then {{ numbers[0] }}
        end as integer
    ) as comparison_cap
from counted
