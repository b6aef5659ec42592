with source as (
    select * from {{ raw_relation('mailmap__addresses') }}
),

renamed as (
    select
        -- ids
        address as address_key,
        alias as alias_key
    from source
)

select * from renamed
