{{ config(materialized='view') }}

with stg_git__events as (
    select * from {{ ref('stg_git__events') }}
),

timed_events as (
    select
        repository_key,
        pull_request_number,
        event,
        happened_at,
        lead(event) over (
            partition by repository_key, pull_request_number, event = 'merged'
            order by happened_at, event
        ) as next_event,
        lead(happened_at) over (
            partition by repository_key, pull_request_number, event = 'merged'
            order by happened_at, event
        ) as next_happened_at
    from stg_git__events
    where event in ('ready_for_review', 'convert_to_draft', 'merged')
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
