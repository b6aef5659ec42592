with int_reviews_unioned as (
    select * from {{ ref('int_reviews_unioned') }}
),

int_pull_requests_timed as (
    select * from {{ ref('int_pull_requests_timed') }}
),

int_identities_linked as (
    select * from {{ ref('int_identities_linked') }}
),

int_data_ends as (
    select * from {{ ref('int_data_ends') }}
),

-- One exported in two shapes is one review, whatever it said.
moments as (
    select distinct
        repository_key,
        pull_request_number,
        reviewer_key,
        submitted_at
    from int_reviews_unioned
    where
        reviewer_key is not null
        and not coalesce(reviewer_is_bot, false)
        and submitted_at is not null
        and state <> 'pending'
),

-- Reviews of one's own work, under whatever login, help nobody else.
given as (
    select
        reviewers.person_key,
        {{ month_start('moments.submitted_at') }} as month,
        coalesce(authors.person_key, int_pull_requests_timed.author_key) as author_key
    from moments
    inner join int_identities_linked as reviewers
        on moments.reviewer_key = reviewers.identifier_key
    inner join int_pull_requests_timed
        on
            moments.repository_key = int_pull_requests_timed.repository_key
            and moments.pull_request_number
            = int_pull_requests_timed.pull_request_number
    left join int_identities_linked as authors
        on int_pull_requests_timed.author_key = authors.identifier_key
    cross join int_data_ends
    where
        reviewers.person_key is not null
        and not int_pull_requests_timed.author_is_bot
        and {{ utc_date('moments.submitted_at') }} <= int_data_ends.git_end
)

select
    person_key,
    month,
    cast(count(*) as integer) as reviews_count,
    cast(count(distinct author_key) as integer) as authors_count
from given
where coalesce(author_key <> person_key, true)
group by 1, 2
