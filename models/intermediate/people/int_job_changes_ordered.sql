{{ config(materialized='view') }}

{#-
    Two changes on one date are one: the level of the one that moves the level, the place
    of the one that moves the place.
-#}
{% set level_order = "
                case event
                    when 'promotion' then 5
                    when 'demotion' then 4
                    when 'transfer' then 3
                    when 'hire' then 1
                    else 2
                end desc" %}
{% set place_order = "
                case event
                    when 'transfer' then 5
                    when 'promotion' then 4
                    when 'demotion' then 3
                    when 'hire' then 1
                    else 2
                end desc" %}

{% set up_to_now = "
            partition by person_key
            order by effective_on
            rows between unbounded preceding and current row
        " %}

with stg_generic__job_history as (
    select * from {{ ref('stg_generic__job_history') }}
),

int_identities_linked as (
    select * from {{ ref('int_identities_linked') }}
),

int_data_ends as (
    select * from {{ ref('int_data_ends') }}
),

past_changes as (
    select
        int_identities_linked.person_key,
        stg_generic__job_history.*
    from stg_generic__job_history
    inner join int_identities_linked
        on
            stg_generic__job_history.employee_key
            = int_identities_linked.identifier_key
    cross join int_data_ends
    where
        int_identities_linked.person_key is not null
        and stg_generic__job_history.effective_on <= int_data_ends.hris_end
),

ordered as (
    select
        *,
        row_number() over (
            partition by person_key, effective_on
            order by
                case when level is null then 1 else 0 end,
                {{ level_order }}, source_file_id desc, source_row desc
        ) as level_place,
        row_number() over (
            partition by person_key, effective_on
            order by
                case when organisation is null and team_key is null then 1 else 0 end,
                {{ place_order }}, source_file_id desc, source_row desc
        ) as team_place
    from past_changes
),

changes as (
    select
        person_key,
        effective_on,
        max(case when level_place = 1 then level end) as level,
        max(case when team_place = 1 then job_family end) as job_family,
        max(case when team_place = 1 then organisation end) as organisation,
        max(case when team_place = 1 then team_key end) as team_key,
        max(case when team_place = 1 then manager_key end) as manager_key,
        max(case when event = 'promotion' then 1 else 0 end) = 1
            as is_hr_promotion
    from ordered
    group by 1, 2
),

-- A list of employees that knows no levels takes nobody's level away: what a change
-- does not say stays as it was.
counted as (
    select
        *,
        count(level) over ({{ up_to_now }}) as level_number,
        count(job_family) over ({{ up_to_now }}) as job_family_number,
        count(organisation) over ({{ up_to_now }}) as organisation_number,
        count(team_key) over ({{ up_to_now }}) as team_number
    from changes
)

select
    person_key,
    effective_on,
    max(level) over (partition by person_key, level_number) as level,
    max(job_family) over (partition by person_key, job_family_number) as job_family,
    max(organisation) over (
        partition by person_key, organisation_number
    ) as organisation,
    max(team_key) over (partition by person_key, team_number) as team_key,
    manager_key,
    is_hr_promotion
from counted
