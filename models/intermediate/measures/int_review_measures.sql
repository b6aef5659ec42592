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

-- One exported in two shapes is one review, whatever it said. Keys are numbers here:
-- millions of long texts would be held else.
moments as (
    select distinct
        {{ key_number('repository_key') }} as repository_number,
        pull_request_number,
        {{ key_number('reviewer_key') }} as reviewer_number,
        submitted_at
    from int_reviews_unioned
    where
        reviewer_key is not null
        and not coalesce(reviewer_is_bot, false)
        and submitted_at is not null
        and state <> 'pending'
),

reviewers as (
    select
        person_key,
        {{ key_number('identifier_key') }} as reviewer_number
    from int_identities_linked
    where person_key is not null
),

pull_requests as (
    select
        pull_request_number,
        author_key,
        {{ key_number('repository_key') }} as repository_number
    from int_pull_requests_timed
    where not author_is_bot
),

-- Reviews of one's own work, under whatever login, help nobody else.
given as (
    select
        reviewers.person_key,
        {{ month_start('moments.submitted_at') }} as month,
        coalesce(authors.person_key, pull_requests.author_key) as author_key
    from moments
    inner join reviewers
        on moments.reviewer_number = reviewers.reviewer_number
    inner join pull_requests
        on
            moments.repository_number = pull_requests.repository_number
            and moments.pull_request_number = pull_requests.pull_request_number
    left join int_identities_linked as authors
        on pull_requests.author_key = authors.identifier_key
    cross join int_data_ends
    where {{ utc_date('moments.submitted_at') }} <= int_data_ends.git_end
)

select
    person_key,
    month,
    cast(count(*) as integer) as reviews_count,
    cast(count(distinct author_key) as integer) as authors_count
from given
where coalesce(author_key <> person_key, true)
group by 1, 2
