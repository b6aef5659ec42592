with source as (
    select * from {{ raw_relation('generic__opportunities') }}
),

renamed as (
    select
        -- ids
        employee_id as employee_key,
        sponsor as sponsor_key,
        -- text
        kind,
        -- dates and times
        occurred_at
    from source
)

select * from renamed
