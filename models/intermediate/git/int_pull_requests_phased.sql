{{ config(materialized='view') }}

with int_pull_requests_timed as (
    select * from {{ ref('int_pull_requests_timed') }}
),

int_reviews_unioned as (
    select * from {{ ref('int_reviews_unioned') }}
),

int_identities_linked as (
    select * from {{ ref('int_identities_linked') }}
),

int_data_ends as (
    select * from {{ ref('int_data_ends') }}
),

-- The author's own reviews and bots' reviews are no second pair of eyes. One person may
-- review under another login than the one that opened the pull request.
reviews_by_others as (
    select
        int_reviews_unioned.repository_key,
        int_reviews_unioned.pull_request_number,
        int_reviews_unioned.state,
        int_reviews_unioned.submitted_at
    from int_reviews_unioned
    inner join int_pull_requests_timed
        on
            int_reviews_unioned.repository_key = int_pull_requests_timed.repository_key
            and int_reviews_unioned.pull_request_number
            = int_pull_requests_timed.pull_request_number
    left join int_identities_linked as reviewers
        on int_reviews_unioned.reviewer_key = reviewers.identifier_key
    left join int_identities_linked as authors
        on int_pull_requests_timed.author_key = authors.identifier_key
    cross join int_data_ends
    where
        not coalesce(int_reviews_unioned.reviewer_is_bot, false)
        and int_reviews_unioned.reviewer_key is not null
        and int_reviews_unioned.submitted_at is not null
        and int_reviews_unioned.state <> 'pending'
        and coalesce(
            int_reviews_unioned.reviewer_key <> int_pull_requests_timed.author_key,
            true
        )
        and coalesce(reviewers.person_key <> authors.person_key, true)
        and {{ utc_date('int_reviews_unioned.submitted_at') }} <= int_data_ends.git_end
        and coalesce(
            int_reviews_unioned.submitted_at <= int_pull_requests_timed.merged_at, true
        )
),

first_reviews as (
    select
        repository_key,
        pull_request_number,
        min(submitted_at) as first_review_at,
        min(case when state = 'approved' then submitted_at end) as first_approval_at
    from reviews_by_others
    group by 1, 2
)

select
    int_pull_requests_timed.*,
    first_reviews.first_review_at,
    first_reviews.first_approval_at,
    {{ hours_between(
        'int_pull_requests_timed.clock_at', 'first_reviews.first_review_at'
    ) }} as pickup_hours,
    {{ hours_between(
        'first_reviews.first_review_at', 'first_reviews.first_approval_at'
    ) }} as review_hours,
    {{ hours_between(
        'first_reviews.first_approval_at', 'int_pull_requests_timed.merged_at'
    ) }} as merge_hours
from int_pull_requests_timed
left join first_reviews
    on
        int_pull_requests_timed.repository_key = first_reviews.repository_key
        and int_pull_requests_timed.pull_request_number
        = first_reviews.pull_request_number
