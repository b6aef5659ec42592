with source as (
    select * from {{ raw_relation('generic__identities') }}
),

renamed as (
    select
        -- ids
        employee_id as employee_key,
        value as identifier_key,
        -- text
        kind
    from source
)

select * from renamed
