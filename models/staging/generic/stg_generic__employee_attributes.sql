with source as (
    select * from {{ raw_relation('generic__employee_attributes') }}
),

renamed as (
    select
        -- ids
        employee_id as employee_key,
        -- text
        attribute,
        value as attribute_value,
        -- dates and times
        hire_date as hired_on
    from source
)

select * from renamed
