with source as (
    select * from {{ raw_relation('pagerduty__log_entries') }}
),

renamed as (
    select
        -- ids
        incident_id as incident_key,
        agent as agent_key,
        -- text
        entry_type,
        -- dates and times
        {{ adapter.quote('at') }} as occurred_at
    from source
)

select * from renamed
