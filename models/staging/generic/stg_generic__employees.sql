with source as (
    select * from {{ raw_relation('generic__employees') }}
),

renamed as (
    select
        -- ids
        employee_id as employee_key,
        email as email_key,
        _file_id as source_file_id,
        -- text
        termination_type,
        employment_type,
        gender,
        location,
        -- numbers
        birth_year,
        _row as source_row,
        -- booleans
        regrettable as is_regrettable,
        -- dates and times
        hire_date as hired_on,
        termination_date as terminated_on,
        listed_on
    from source
)

select * from renamed
