{#-
    One row per source and model: the latest day of any event in it that has happened.
    `events` lists (source, model, columns, condition or none).
-#}
{% macro latest_event_days(events) -%}
    {%- for source, model, columns, condition in events %}
    select
        '{{ source }}' as source,
        {% if columns | length > 1 -%}
        greatest(
            {%- for column in columns %}
            {{ latest_past_day(column) }}{{ ',' if not loop.last }}
            {%- endfor %}
        ) as latest_day
        {%- else -%}
        {{ latest_past_day(columns[0]) }} as latest_day
        {%- endif %}
    from {{ ref(model) }}
        {%- if condition %}
    where {{ condition }}
        {%- endif %}
        {%- if not loop.last %}
    union all
        {%- endif %}
    {%- endfor %}
{%- endmacro %}
