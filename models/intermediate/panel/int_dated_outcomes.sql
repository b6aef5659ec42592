{{ config(materialized='view') }}

with int_pull_requests_timed as (
    select * from {{ ref('int_pull_requests_timed') }}
),

int_incidents_attributed as (
    select * from {{ ref('int_incidents_attributed') }}
),

int_identities_linked as (
    select * from {{ ref('int_identities_linked') }}
),

int_mentees_indexed as (
    select * from {{ ref('int_mentees_indexed') }}
),

int_employment_spells as (
    select * from {{ ref('int_employment_spells') }}
),

people as (
    select distinct
        person_key,
        person_id
    from int_employment_spells
),

-- A view, read for the few days after a look alone: a pull request merged then was open
-- at the look, an incident or a start of then had not happened.
dated as (
    select
        'merge' as kind,
        int_identities_linked.person_key,
        {{ month_number('int_pull_requests_timed.opened_at') }} as month_number,
        {{ utc_date('int_pull_requests_timed.merged_at') }} as happened_on,
        ln(int_pull_requests_timed.cycle_hours) as log_hours
    from int_pull_requests_timed
    inner join int_identities_linked
        on int_pull_requests_timed.author_key = int_identities_linked.identifier_key
    where
        int_pull_requests_timed.merged_at is not null
        and not int_pull_requests_timed.author_is_bot
    union all
    select
        'incident' as kind,
        person_key,
        {{ month_number('opened_at') }} as month_number,
        {{ utc_date('opened_at') }} as happened_on,
        cast(null as double) as log_hours
    from int_incidents_attributed
    union all
    select
        'start' as kind,
        person_key,
        {{ month_number('index_date') }} as month_number,
        index_date as happened_on,
        cast(null as double) as log_hours
    from int_mentees_indexed
)

select
    dated.kind,
    people.person_id,
    dated.month_number,
    dated.happened_on,
    dated.log_hours
from dated
inner join people
    on dated.person_key = people.person_key
