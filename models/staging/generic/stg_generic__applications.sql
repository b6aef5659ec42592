with source as (
    select * from {{ raw_relation('generic__applications') }}
),

renamed as (
    select
        -- ids
        employee_id as employee_key,
        -- text
        program,
        outcome,
        -- dates and times
        applied_at
    from source
)

select * from renamed
