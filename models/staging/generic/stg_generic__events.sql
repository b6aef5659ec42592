with source as (
    select * from {{ raw_relation('generic__events') }}
),

renamed as (
    select
        -- text
        kind,
        org as organisation,
        -- dates and times
        starts_on,
        ends_on
    from source
)

select * from renamed
