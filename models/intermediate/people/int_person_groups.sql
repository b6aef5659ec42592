{#- What people are reported by beyond the standard dimensions, from the settings. -#}
{#- Location is a dimension of everyone anyway. -#}
{% set groups = var('reporting_groups') | reject('equalto', 'location') | list %}

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

named as (
    select
        person_id,
        'gender' as segment_dimension,
        gender as segment_value
    from people
    union all
    -- A single year would be a handful of people: decades.
    select
        person_id,
        'birth_year' as segment_dimension,
        concat(cast(birth_year - birth_year % 10 as {{ dbt.type_string() }}), 's')
            as segment_value
    from people
    where birth_year is not null
    union all
    select
        people.person_id,
        latest_attributes.attribute as segment_dimension,
        latest_attributes.attribute_value as segment_value
    from people
    inner join latest_attributes
        on people.person_key = latest_attributes.employee_key
    where
        latest_attributes.place = 1
        and latest_attributes.attribute not in ('gender', 'birth_year')
),

dimensions as (
    {{ text_rows('segment_dimension', groups) }}
)

-- Everyone is in one group of every dimension that the settings name.
select
    people.person_id,
    dimensions.segment_dimension,
    coalesce(named.segment_value, 'unknown') as segment_value
from people
cross join dimensions
left join named
    on
        people.person_id = named.person_id
        and dimensions.segment_dimension = named.segment_dimension
