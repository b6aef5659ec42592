{{ config(materialized='view') }}

with stg_git__pull_requests as (
    select * from {{ ref('stg_git__pull_requests') }}
),

stg_generic__pull_requests as (
    select * from {{ ref('stg_generic__pull_requests') }}
),

int_pull_request_events as (
    select * from {{ ref('int_pull_request_events') }}
),

-- Read once more by its key alone: one import read twice would be held in memory whole.
known_keys as (
    select
        repository_key,
        pull_request_number
    from {{ ref('stg_git__pull_requests') }}
),

generic_values as (
    select * from {{ ref('stg_generic__pull_requests') }}
),

unioned as (
    -- A pull request exported twice counts once: the vendor's own shape wins, and where
    -- it is silent the other one speaks.
    select
        stg_git__pull_requests.repository_key,
        stg_git__pull_requests.pull_request_number,
        coalesce(stg_git__pull_requests.author_key, generic_values.author_key)
            as author_key,
        coalesce(
            case
                when stg_git__pull_requests.author_key is not null
                    then stg_git__pull_requests.author_is_bot
            end,
            generic_values.author_is_bot,
            stg_git__pull_requests.author_is_bot
        ) as author_is_bot,
        coalesce(stg_git__pull_requests.is_draft, generic_values.is_draft) as is_draft,
        coalesce(
            stg_git__pull_requests.additions_count, generic_values.additions_count
        ) as additions_count,
        coalesce(
            stg_git__pull_requests.deletions_count, generic_values.deletions_count
        ) as deletions_count,
        stg_git__pull_requests.opened_at,
        coalesce(
            stg_git__pull_requests.ready_for_review_at,
            generic_values.ready_for_review_at
        ) as ready_for_review_at,
        coalesce(stg_git__pull_requests.merged_at, generic_values.merged_at)
            as merged_at,
        coalesce(stg_git__pull_requests.closed_at, generic_values.closed_at)
            as closed_at
    from stg_git__pull_requests
    left join generic_values
        on
            stg_git__pull_requests.repository_key = generic_values.repository_key
            and stg_git__pull_requests.pull_request_number
            = generic_values.pull_request_number
    union all
    select
        repository_key,
        pull_request_number,
        author_key,
        author_is_bot,
        is_draft,
        additions_count,
        deletions_count,
        opened_at,
        ready_for_review_at,
        merged_at,
        closed_at
    from stg_generic__pull_requests
    where not exists (
        select 1
        from known_keys
        where
            known_keys.repository_key = stg_generic__pull_requests.repository_key
            and known_keys.pull_request_number
            = stg_generic__pull_requests.pull_request_number
    )
)

select
    unioned.repository_key,
    unioned.pull_request_number,
    unioned.author_key,
    unioned.author_is_bot,
    unioned.is_draft,
    unioned.additions_count,
    unioned.deletions_count,
    unioned.opened_at,
    coalesce(unioned.ready_for_review_at, int_pull_request_events.first_ready_at)
        as ready_for_review_at,
    int_pull_request_events.draft_hours,
    -- Bitbucket says in an event alone when it was merged.
    coalesce(int_pull_request_events.merged_at, unioned.merged_at) as merged_at,
    unioned.closed_at
from unioned
left join int_pull_request_events
    on
        unioned.repository_key = int_pull_request_events.repository_key
        and unioned.pull_request_number = int_pull_request_events.pull_request_number
