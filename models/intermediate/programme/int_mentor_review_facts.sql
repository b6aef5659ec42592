with int_pair_months as (
    select * from {{ ref('int_pair_months') }}
),

int_pairs_begun as (
    select * from {{ ref('int_pairs_begun') }}
),

int_pull_requests_timed as (
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

-- Mentees' logins first: the other pull requests are not read further.
mentee_logins as (
    select distinct
        int_identities_linked.identifier_key,
        int_pair_months.mentee_key
    from int_pair_months
    inner join int_identities_linked
        on int_pair_months.mentee_key = int_identities_linked.person_key
),

mentor_logins as (
    select distinct
        int_identities_linked.identifier_key,
        int_pairs_begun.mentor_key
    from int_pairs_begun
    inner join int_identities_linked
        on int_pairs_begun.mentor_key = int_identities_linked.person_key
),

changes as (
    select
        int_pull_requests_timed.repository_key,
        int_pull_requests_timed.pull_request_number,
        mentee_logins.mentee_key,
        {{ month_start(utc_date('int_pull_requests_timed.opened_at')) }} as month,
        {{ utc_date('int_pull_requests_timed.opened_at') }} as opened_on
    from int_pull_requests_timed
    inner join mentee_logins
        on int_pull_requests_timed.author_key = mentee_logins.identifier_key
    cross join int_data_ends
    where
        int_pull_requests_timed.merged_at is not null
        and {{ month_start(utc_date('int_pull_requests_timed.opened_at')) }}
        <= int_data_ends.git_last_month
),

reviews as (
    select distinct
        changes.repository_key,
        changes.pull_request_number,
        changes.mentee_key,
        int_pairs_begun.mentorship_key
    from changes
    inner join int_reviews_unioned
        on
            changes.repository_key = int_reviews_unioned.repository_key
            and changes.pull_request_number = int_reviews_unioned.pull_request_number
    inner join mentor_logins
        on int_reviews_unioned.reviewer_key = mentor_logins.identifier_key
    inner join int_pairs_begun
        on
            changes.mentee_key = int_pairs_begun.mentee_key
            and mentor_logins.mentor_key = int_pairs_begun.mentor_key
            and changes.opened_on
            between int_pairs_begun.starts_on and int_pairs_begun.runs_until
)

select
    'mentor_reviews' as measure,
    int_pair_months.month,
    concat(
        changes.repository_key,
        cast(changes.pull_request_number as {{ dbt.type_string() }})
    ) as unit_key,
    changes.mentee_key as person_key,
    int_pair_months.program,
    int_pair_months.model,
    int_pair_months.organisation,
    case when reviews.mentee_key is null then 0.0 else 1.0 end as amount,
    1.0 as base
from changes
inner join int_pair_months
    on
        changes.mentee_key = int_pair_months.mentee_key
        and changes.month = int_pair_months.month
        and int_pair_months.is_running_at_month_end
left join reviews
    on
        changes.repository_key = reviews.repository_key
        and changes.pull_request_number = reviews.pull_request_number
        and changes.mentee_key = reviews.mentee_key
        and int_pair_months.mentorship_key = reviews.mentorship_key
