with source as (
    select * from {{ raw_relation('generic__leaves') }}
),

renamed as (
    select
        -- ids
        employee_id as employee_key,
        -- dates and times
        start_date as starts_on,
        end_date as ends_on
    from source
)

select * from renamed
