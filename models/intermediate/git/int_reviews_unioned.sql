{{ config(materialized='view') }}

with int_repository_aliases as (
    select * from {{ ref('int_repository_aliases') }}
),

stg_git__reviews as (
    select * from {{ ref('stg_git__reviews') }}
),

stg_generic__reviews as (
    select * from {{ ref('stg_generic__reviews') }}
),

unioned as (
    -- A review exported twice does no harm: only first moments are read. One that was
    -- saved alone may call its repository by another name than the pull requests do.
    select
        coalesce(
            int_repository_aliases.repository_key, stg_git__reviews.repository_key
        ) as repository_key,
        stg_git__reviews.pull_request_number,
        stg_git__reviews.reviewer_key,
        stg_git__reviews.reviewer_is_bot,
        stg_git__reviews.state,
        stg_git__reviews.submitted_at
    from stg_git__reviews
    left join int_repository_aliases
        on
            stg_git__reviews.repository_key
            = int_repository_aliases.repository_alias_key
    union all
    select
        repository_key,
        pull_request_number,
        reviewer_key,
        reviewer_is_bot,
        state,
        submitted_at
    from stg_generic__reviews
)

select * from unioned
