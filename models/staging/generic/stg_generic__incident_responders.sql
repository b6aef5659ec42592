with source as (
    select * from {{ raw_relation('generic__incident_responders') }}
),

renamed as (
    select
        -- ids
        incident_id as incident_key,
        responder as responder_key,
        -- text
        role,
        -- booleans
        responder_is_bot,
        -- dates and times
        joined_at
    from source
)

select * from renamed
