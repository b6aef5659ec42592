{{ config(materialized='view') }}

with stg_pagerduty__incidents as (
    select * from {{ ref('stg_pagerduty__incidents') }}
),

stg_generic__incidents as (
    select * from {{ ref('stg_generic__incidents') }}
),

known_keys as (
    select incident_key
    from {{ ref('stg_pagerduty__incidents') }}
),

unioned as (
    select
        incident_key,
        service_key,
        team_key,
        coalesce(severity, urgency) as severity,
        status,
        assignee_key,
        opened_at,
        cast(null as {{ moment_type() }}) as acknowledged_at,
        resolved_at,
        'pagerduty' as source
    from stg_pagerduty__incidents
    union all
    -- An incident exported from two tools counts once: the vendor's own shape wins.
    select
        incident_key,
        service_key,
        team_key,
        severity,
        status,
        cast(null as {{ dbt.type_string() }}) as assignee_key,
        opened_at,
        acknowledged_at,
        resolved_at,
        'generic' as source
    from stg_generic__incidents
    where not exists (
        select 1
        from known_keys
        where known_keys.incident_key = stg_generic__incidents.incident_key
    )
),

-- Merged into another, a test, or cancelled: nobody was interrupted a second time.
counted as (
    select *
    from unioned
    where
        coalesce(status not in ('merged', 'test', 'cancelled'), true)
)

select * from counted
