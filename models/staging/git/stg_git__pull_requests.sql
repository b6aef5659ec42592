with source as (
    select * from {{ raw_relation('git__pull_requests') }}
),

renamed as (
    select
        -- ids
        repo as repository_key,
        repo_alias as repository_alias_key,
        author as author_key,
        -- text
        state,
        -- numbers
        number as pull_request_number,
        additions as additions_count,
        deletions as deletions_count,
        -- booleans
        author_is_bot,
        is_draft,
        -- dates and times
        created_at as opened_at,
        ready_for_review_at,
        merged_at,
        closed_at
    from source
)

select * from renamed
