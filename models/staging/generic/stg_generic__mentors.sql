with source as (
    select * from {{ raw_relation('generic__mentors') }}
),

renamed as (
    select
        -- ids
        employee_id as employee_key,
        -- numbers
        capacity as mentee_capacity_count,
        -- booleans
        recognition_opt_in as has_recognition_opt_in
    from source
)

select * from renamed
