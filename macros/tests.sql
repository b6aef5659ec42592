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

{#-
    Both at once: the key holds once in every row, and the claims are true in every row.
    Says how many keys and rows break which; one query for each model that has both.
-#}
{% test is_sound(model, key, claims) -%}
    with broken_keys as (
        select {{ key | join(', ') }}
        from {{ model }}
        group by {{ key | join(', ') }}
        having
            count(*) > 1
            {% for column in key -%}
                or {{ column }} is null
            {% endfor %}
    ),

    broken_rows as (
        select
            {%- for claim in claims %}
            sum(case when coalesce({{ claim }}, false) then 0 else 1 end)
                as claim_{{ loop.index }}{{ ',' if not loop.last }}
            {%- endfor %}
        from {{ model }}
    )

    select
        {{ text_literal('key: ' ~ key | join(', ')) }} as broken,
        count(*) as times
    from broken_keys
    having count(*) > 0
    {%- for claim in claims %}
    union all
    select
        {{ text_literal(claim) }} as broken,
        claim_{{ loop.index }} as times
    from broken_rows
    where claim_{{ loop.index }} > 0
    {%- endfor %}
{%- endtest %}
