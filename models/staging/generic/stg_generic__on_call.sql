with source as (
    select * from {{ raw_relation('generic__on_call') }}
),

renamed as (
    select
        -- ids
        person as person_name_key,
        schedule as schedule_key,
        -- booleans
        person_is_bot,
        -- dates and times
        start_at as starts_at,
        end_at as ends_at
    from source
)

select * from renamed
