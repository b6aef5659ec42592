{{ config(materialized='view') }}

{% set columns -%}
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
{%- endset %}

with stg_gh__pull_requests as (
    select * from {{ ref('stg_gh__pull_requests') }}
),

stg_generic__pull_requests as (
    select * from {{ ref('stg_generic__pull_requests') }}
),

-- Read once more by its key alone: one import read twice would be held in memory whole.
known_keys as (
    select
        repository_key,
        pull_request_number
    from {{ ref('stg_gh__pull_requests') }}
),

unioned as (
    select
        {{ columns }}
    from stg_gh__pull_requests
    union all
    -- A pull request exported twice counts once: the vendor's own shape wins.
    select
        {{ columns }}
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

select * from unioned
