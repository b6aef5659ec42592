with source as (
    select * from {{ raw_relation('git__events') }}
),

renamed as (
    select
        -- ids
        repo as repository_key,
        -- text
        event,
        -- numbers
        number as pull_request_number,
        -- dates and times
        occurred_at as happened_at
    from source
)

select * from renamed
