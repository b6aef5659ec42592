with source as (
    select * from {{ raw_relation('generic__performance_reviews') }}
),

renamed as (
    select
        -- ids
        employee_id as employee_key,
        -- numbers
        rating,
        scale_max as rating_scale_max,
        -- dates and times
        review_date as reviewed_on
    from source
)

select * from renamed
