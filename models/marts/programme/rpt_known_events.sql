{{ config(materialized='view') }}

with stg_generic__events as (
    select * from {{ ref('stg_generic__events') }}
),

int_data_ends as (
    select * from {{ ref('int_data_ends') }}
),

-- An event's name is free text and might name a person: it is never loaded.
happened as (
    select distinct
        stg_generic__events.kind,
        coalesce(stg_generic__events.organisation, 'all') as organisation,
        stg_generic__events.starts_on,
        stg_generic__events.ends_on
    from stg_generic__events
    cross join int_data_ends
    where stg_generic__events.starts_on <= int_data_ends.as_of_date
)

select
    kind,
    organisation,
    starts_on,
    max(ends_on) as ends_on
from happened
group by 1, 2, 3
