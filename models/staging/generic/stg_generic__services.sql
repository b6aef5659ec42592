with source as (
    select * from {{ raw_relation('generic__services') }}
),

renamed as (
    select
        -- ids
        service as service_key,
        team as team_key,
        -- dates and times
        valid_from,
        valid_to
    from source
)

select * from renamed
