with source as (
    select * from {{ raw_relation('generic__measures') }}
),

renamed as (
    select
        -- ids
        employee_id as employee_key,
        -- text
        metric,
        -- numbers
        value as metric_value,
        -- dates and times
        {{ adapter.quote('at') }} as measured_at
    from source
)

select * from renamed
