{#- Settings as SQL. Values arrive as dbt variables; see dbt_project.yml. -#}

{#- A date setting as a literal, a typed null when it is unset. -#}
{% macro date_literal(value) -%}
    {%- if value -%}
        cast('{{ value }}' as date)
    {%- else -%}
        cast(null as date)
    {%- endif -%}
{%- endmacro %}

{#- A text as a literal. -#}
{% macro text_literal(value) -%}
    '{{ dbt.escape_single_quotes(value) }}'
{%- endmacro %}

{#- True where a value is in a list of the settings; an empty list takes everything. -#}
{% macro in_setting(value, name) -%}
    {%- set allowed = var(name) -%}
    {%- if allowed -%}
        coalesce(
            {{ value }} in (
                {%- for one in allowed %}{{ text_literal(one) }}{{ ', ' if not loop.last }}
                {%- endfor -%}
            ), false
        )
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}

{#- True where a value is in none of a list of the settings; null is in none. -#}
{% macro not_in_setting(value, name) -%}
    {%- set excluded = var(name) -%}
    {%- if excluded -%}
        coalesce(
            {{ value }} not in (
                {%- for one in excluded %}{{ text_literal(one) }}{{ ', ' if not loop.last }}
                {%- endfor -%}
            ), true
        )
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}

{#-
    Latest day of a moment or date that lies in the past: an event after the load has not
    happened yet, so it cannot say how far an export reaches.
-#}
{% macro latest_past_day(column) -%}
    {%- set loaded_on = var('loaded_on') -%}
    {%- if loaded_on -%}
        max(
            case
                when {{ utc_date(column) }} <= {{ date_literal(loaded_on) }}
                    then {{ utc_date(column) }}
            end
        )
    {%- else -%}
        max({{ utc_date(column) }})
    {%- endif -%}
{%- endmacro %}

{#-
    Rank of a level: its place in the setting `levels.order`, else the number it ends
    with, else null, and then promotion rests on HR events alone.
-#}
{% macro level_rank(level) -%}
    {%- set ordered = var('level_order') -%}
    {%- if ordered -%}
        case lower(trim({{ level }}))
            {%- for one in ordered %}
            when {{ text_literal(one | trim | lower) }} then {{ loop.index }}
            {%- endfor %}
        end
    {%- else -%}
        try_cast(
            nullif(regexp_extract(trim({{ level }}), '([0-9]{1,4})$', 1), '') as integer
        )
    {%- endif -%}
{%- endmacro %}

{#- Months after the landmark that outcomes are summed over; fixed by the published tables. -#}
{% macro follow_up_windows() -%}
    {{ return([6, 12, 18, 24]) }}
{%- endmacro %}

{#- A list of texts as rows of one column; no rows for an empty list. -#}
{% macro text_rows(column, values) -%}
    {%- for value in values %}
    select {{ text_literal(value) }} as {{ column }}
    union all
    {%- endfor %}
    select cast(null as {{ dbt.type_string() }}) as {{ column }} where false
{%- endmacro %}
