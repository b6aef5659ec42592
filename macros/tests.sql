{#- Generic tests that check much in one query: a refresh runs every one of them. -#}

{#- Fails for every key that appears twice, and for every row with a gap in its key. -#}
{% test is_key(model, columns) -%}
    select
        {{ columns | join(', ') }},
        count(*) as rows_found
    from {{ model }}
    group by {{ columns | join(', ') }}
    having
        count(*) > 1
        {% for column in columns -%}
            or {{ column }} is null
        {% endfor %}
{%- endtest %}

{#- Fails for every row in which one of the claims is not true; unknown is not true. -#}
{% test holds(model, claims) -%}
    select *
    from {{ model }}
    where not (
        {%- for claim in claims %}
        coalesce({{ claim }}, false){{ ' and' if not loop.last }}
        {%- endfor %}
    )
{%- endtest %}
