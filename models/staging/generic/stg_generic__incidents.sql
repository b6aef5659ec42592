with source as (
    select * from {{ raw_relation('generic__incidents') }}
),

renamed as (
    select
        -- ids
        incident_id as incident_key,
        service as service_key,
        team as team_key,
        -- text
        severity,
        status,
        -- dates and times
        created_at as opened_at,
        acknowledged_at,
        resolved_at
    from source
)

select * from renamed
