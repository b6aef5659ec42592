{{ config(materialized='view') }}

with int_person_groups as (
    select * from {{ ref('int_person_groups') }}
)

select
    person_id,
    segment_dimension,
    segment_value
from int_person_groups
