{{ config(materialized='view') }}

with int_pull_requests_unioned as (
    select * from {{ ref('int_pull_requests_unioned') }}
),

int_data_ends as (
    select * from {{ ref('int_data_ends') }}
),

-- What was known at the data's end: later merges had not happened.
cut as (
    select
        int_pull_requests_unioned.*,
        case
            when
                {{ utc_date('int_pull_requests_unioned.merged_at') }}
                <= int_data_ends.git_end
                then int_pull_requests_unioned.merged_at
        end as merged_by_end_at,
        case
            when
                {{ utc_date('int_pull_requests_unioned.closed_at') }}
                <= int_data_ends.git_end
                then int_pull_requests_unioned.closed_at
        end as closed_by_end_at
    from int_pull_requests_unioned
    cross join int_data_ends
    where
        {{ utc_date('int_pull_requests_unioned.opened_at') }}
        <= int_data_ends.git_end
),

-- Ready before it was opened, or after it was merged, is a mistake of the export.
clocked as (
    select
        *,
        ready_for_review_at is not null
        and ready_for_review_at >= opened_at
        and (merged_at is null or ready_for_review_at <= merged_at)
            as has_ready_clock
    from cut
)

select
    repository_key,
    pull_request_number,
    author_key,
    coalesce(author_is_bot, false) as author_is_bot,
    additions_count,
    deletions_count,
    opened_at,
    case when has_ready_clock then ready_for_review_at else opened_at end as clock_at,
    merged_by_end_at as merged_at,
    closed_by_end_at as closed_at,
    case
        when merged_by_end_at is not null
            then greatest(
                {{ hours_between(
                    'case when has_ready_clock then ready_for_review_at '
                    ~ 'else opened_at end',
                    'merged_by_end_at',
                ) }} - coalesce(draft_hours, 0.0),
                1.0 / 60
            )
    end as cycle_hours,
    -- A draft whose ready event is missing or impossible is timed from its opening.
    not has_ready_clock
    and (ready_for_review_at is not null or coalesce(is_draft, false))
        as is_draft_timed_from_opening
from clocked
