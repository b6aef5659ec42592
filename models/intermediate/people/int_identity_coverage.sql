with int_identities_linked as (
    select * from {{ ref('int_identities_linked') }}
),

int_author_months as (
    select * from {{ ref('int_author_months') }}
),

int_incident_responses as (
    select * from {{ ref('int_incident_responses') }}
),

stg_generic__on_call as (
    select * from {{ ref('stg_generic__on_call') }}
),

stg_generic__job_history as (
    select * from {{ ref('stg_generic__job_history') }}
),

stg_generic__mentorships as (
    select * from {{ ref('stg_generic__mentorships') }}
),

names as (
    select
        'pull request authors' as role,
        author_key as identifier_key,
        sum(pr_opened_count) as events_count
    from int_author_months
    group by 1, 2
    union all
    select
        'incident responders' as role,
        name_key as identifier_key,
        count(*) as events_count
    from int_incident_responses
    group by 1, 2
    union all
    select
        'people on call' as role,
        person_name_key as identifier_key,
        count(*) as events_count
    from stg_generic__on_call
    group by 1, 2
    union all
    select
        'people with a job' as role,
        employee_key as identifier_key,
        count(*) as events_count
    from stg_generic__job_history
    group by 1, 2
    union all
    select
        'mentees' as role,
        mentee_name_key as identifier_key,
        count(*) as events_count
    from stg_generic__mentorships
    group by 1, 2
),

linked_names as (
    select
        names.role,
        names.events_count,
        int_identities_linked.person_key is not null as is_linked,
        coalesce(int_identities_linked.is_ambiguous, false) as is_ambiguous
    from names
    left join int_identities_linked
        on names.identifier_key = int_identities_linked.identifier_key
)

select
    role,
    cast(count(*) as integer) as names_count,
    cast(sum(case when is_linked then 1 else 0 end) as integer) as linked_count,
    cast(sum(case when is_ambiguous then 1 else 0 end) as integer) as ambiguous_count,
    cast(sum(events_count) as bigint) as events_count,
    sum(case when is_linked then events_count else 0 end) * 1.0 / sum(events_count)
        as linked_events_share
from linked_names
group by 1
