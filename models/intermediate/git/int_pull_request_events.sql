{{ config(materialized='view') }}

with stg_git__events as (
    select * from {{ ref('stg_git__events') }}
),

int_repository_aliases as (
    select * from {{ ref('int_repository_aliases') }}
),

named_events as (
    select
        coalesce(
            int_repository_aliases.repository_key, stg_git__events.repository_key
        ) as repository_key,
        stg_git__events.pull_request_number,
        stg_git__events.event,
        stg_git__events.happened_at
    from stg_git__events
    left join int_repository_aliases
        on
            stg_git__events.repository_key
            = int_repository_aliases.repository_alias_key
    where stg_git__events.event in ('ready_for_review', 'convert_to_draft', 'merged')
),

timed_events as (
    select
        *,
        lead(event) over (
            partition by repository_key, pull_request_number, event = 'merged'
            order by happened_at, event
        ) as next_event,
        lead(happened_at) over (
            partition by repository_key, pull_request_number, event = 'merged'
            order by happened_at, event
        ) as next_happened_at
    from named_events
),

pull_requests as (
    select
        repository_key,
        pull_request_number,
        min(case when event = 'ready_for_review' then happened_at end)
            as first_ready_at,
        min(case when event = 'convert_to_draft' then happened_at end)
            as first_converted_at,
        min(case when event = 'merged' then happened_at end) as merged_at,
        sum(
            case
                when event = 'convert_to_draft' and next_event = 'ready_for_review'
                    then {{ hours_between('happened_at', 'next_happened_at') }}
                else 0.0
            end
        ) as draft_hours
    from timed_events
    group by 1, 2
)

select
    repository_key,
    pull_request_number,
    -- Ready before it ever became a draft: it was opened as one.
    case
        when first_converted_at is null or first_ready_at < first_converted_at
            then first_ready_at
    end as first_ready_at,
    draft_hours,
    merged_at
from pull_requests
