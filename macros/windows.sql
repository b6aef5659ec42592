{#-
    Frame over a person's months, counted in months, not in rows: a month without any
    employed day has no row. Bounds read like '12 preceding', '1 following'.
-#}
{% macro months_frame(partition, first_bound, last_bound) -%}
    partition by {{ partition }}
            order by month_number
            range between {{ first_bound }} and {{ last_bound }}
{%- endmacro %}

{#- The same before the current month, inside one spell of employment. -#}
{% macro months_before(first, last) -%}
    {{ months_frame(
        'person_id, spell_number', first ~ ' preceding', last ~ ' preceding'
    ) }}
{%- endmacro %}

{#- All of a spell's months after the current one. -#}
{% macro later_months() -%}
    partition by person_id, spell_number
            order by month_number
            rows between 1 following and unbounded following
{%- endmacro %}

{#- Number of an index row: the month, then the person in seven digits. -#}
{% macro index_row_id(month_number, person_id) -%}
    {{ month_number }} * cast(10000000 as bigint) + {{ person_id }}
{%- endmacro %}

{#-
    The same after the current month, up to a person's own start of mentoring, if the
    current month lies before it: `is_started` parts a person's months at the start.
-#}
{% macro months_after(first, last) -%}
    {{ months_frame(
        'person_id, spell_number, is_started',
        first ~ ' following', last ~ ' following',
    ) }}
{%- endmacro %}
