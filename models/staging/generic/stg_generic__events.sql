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
        -- An end before the start is a mistake of the export: no end is known.
        case when ends_on >= starts_on then ends_on end as ends_on
    from source
)

select * from renamed
