with source as (
    select * from {{ raw_relation('git__merges') }}
),

renamed as (
    select
        -- ids
        repo as repository_key,
        author as author_key,
        -- booleans
        author_is_bot,
        -- dates and times
        merged_at
    from source
)

select * from renamed
