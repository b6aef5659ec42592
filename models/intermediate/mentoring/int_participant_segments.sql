{{ config(materialized='view') }}

{% set dimensions = [
    'organisation', 'level', 'job_family', 'location',
    'program', 'model', 'assignment', 'cohort',
] %}

with int_participants_followed as (
    select * from {{ ref('int_participants_followed') }}
),

int_person_groups as (
    select * from {{ ref('int_person_groups') }}
),

-- What someone was at the start is known of those in the population only.
placed as (
    select * from int_participants_followed
    where is_in_population
)

select
    'all' as segment_dimension,
    'all' as segment_value,
    participant_key
from int_participants_followed
{% for dimension in dimensions -%}
    union all
    select
        '{{ dimension }}' as segment_dimension,
        {{ dimension }} as segment_value,
        participant_key
    from placed
{% endfor -%}
union all
select
    int_person_groups.segment_dimension,
    int_person_groups.segment_value,
    placed.participant_key
from placed
inner join int_person_groups
    on placed.person_id = int_person_groups.person_id
