with source as (
    select * from {{ raw_relation('pagerduty__incidents') }}
),

renamed as (
    select
        -- ids
        incident_id as incident_key,
        service as service_key,
        team as team_key,
        assignee as assignee_key,
        -- text
        urgency,
        severity,
        status,
        -- dates and times
        created_at as opened_at,
        resolved_at
    from source
)

select * from renamed
