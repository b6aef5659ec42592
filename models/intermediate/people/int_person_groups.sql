{#- Values that people are reported by beyond the standard dimensions, from the settings. -#}
{% set own_columns = ['gender', 'birth_year'] %}

with stg_generic__employee_attributes as (
    select * from {{ ref('stg_generic__employee_attributes') }}
),

int_employment_spells as (
    select * from {{ ref('int_employment_spells') }}
),

latest_spells as (
    select
        *,
        row_number() over (
            partition by person_key order by spell_number desc
        ) as place
    from int_employment_spells
),

people as (
    select * from latest_spells
    where place = 1
),

latest_attributes as (
    select
        employee_key,
        attribute,
        attribute_value,
        row_number() over (
            partition by employee_key, attribute order by hired_on desc
        ) as place
    from stg_generic__employee_attributes
),

grouped as (
    select
        cast(null as {{ dbt.type_string() }}) as person_key,
        cast(null as {{ dbt.type_string() }}) as segment_dimension,
        cast(null as {{ dbt.type_string() }}) as segment_value
    where false
    {% for group in var('reporting_groups') -%}
        union all
        {% if group == 'gender' -%}
            select
                person_key,
                'gender' as segment_dimension,
                coalesce(gender, 'unknown') as segment_value
            from people
        {% elif group == 'birth_year' -%}
            -- A single year would be a handful of people: decades.
            select
                person_key,
                'birth_year' as segment_dimension,
                coalesce(
                    concat(cast(floor(birth_year / 10) * 10 as integer), 's'), 'unknown'
                ) as segment_value
            from people
        {% else -%}
            select
                people.person_key,
                {{ text_literal(group) }} as segment_dimension,
                coalesce(latest_attributes.attribute_value, 'unknown') as segment_value
            from people
            left join latest_attributes
                on
                    people.person_key = latest_attributes.employee_key
                    and latest_attributes.attribute = {{ text_literal(group) }}
                    and latest_attributes.place = 1
        {% endif -%}
    {% endfor -%}
)

select
    grouped.person_key,
    people.person_id,
    grouped.segment_dimension,
    grouped.segment_value
from grouped
inner join people
    on grouped.person_key = people.person_key
