{{ config(materialized='view') }}

with int_incidents_unioned as (
    select * from {{ ref('int_incidents_unioned') }}
),

stg_pagerduty__log_entries as (
    select * from {{ ref('stg_pagerduty__log_entries') }}
),

stg_generic__incident_responders as (
    select * from {{ ref('stg_generic__incident_responders') }}
),

int_identities_linked as (
    select * from {{ ref('int_identities_linked') }}
),

-- Who triggered or reassigned an incident did not respond to it.
responses as (
    select
        incident_key,
        agent_key as name_key,
        occurred_at as responded_at,
        cast(null as {{ dbt.type_string() }}) as role,
        entry_type = 'acknowledge' as is_acknowledgement
    from stg_pagerduty__log_entries
    where
        entry_type in (
            'acknowledge', 'unacknowledge', 'annotate', 'snooze', 'resolve'
        )
        and agent_key is not null
    union all
    -- PagerDuty names the assignee of an open incident only.
    select
        incident_key,
        assignee_key as name_key,
        cast(null as {{ moment_type() }}) as responded_at,
        cast(null as {{ dbt.type_string() }}) as role,
        false as is_acknowledgement
    from int_incidents_unioned
    where assignee_key is not null
    union all
    select
        incident_key,
        responder_key as name_key,
        joined_at as responded_at,
        role,
        joined_at is not null
        and coalesce(role <> 'secondary', true) as is_acknowledgement
    from stg_generic__incident_responders
    where not coalesce(responder_is_bot, false)
)

select
    responses.incident_key,
    responses.name_key,
    int_identities_linked.person_key,
    -- Two names of one person are one responder; an unlinked name still is somebody.
    coalesce(int_identities_linked.person_key, responses.name_key) as responder_key,
    responses.responded_at,
    responses.role,
    responses.is_acknowledgement
from responses
left join int_identities_linked
    on responses.name_key = int_identities_linked.identifier_key
