with source as (
    select * from {{ raw_relation('git__reviews') }}
),

renamed as (
    select
        -- ids
        repo as repository_key,
        reviewer as reviewer_key,
        -- text
        state,
        -- numbers
        number as pull_request_number,
        -- booleans
        reviewer_is_bot,
        -- dates and times
        submitted_at
    from source
)

select * from renamed
