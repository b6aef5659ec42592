-- Months of employment select from pull requests and incidents; a join that multiplies
-- rows would count work twice, and every rate would rise.
with int_person_months as (
    select * from {{ ref('int_person_months') }}
),

int_author_months as (
    select * from {{ ref('int_author_months') }}
),

int_incidents_attributed as (
    select * from {{ ref('int_incidents_attributed') }}
),

panel as (
    select
        coalesce(sum(pr_opened_count), 0) as pull_requests_count,
        coalesce(sum(incident_count), 0) as incidents_count
    from int_person_months
),

opened as (
    select coalesce(sum(pr_opened_count), 0) as pull_requests_count
    from int_author_months
),

attributed as (
    select count(*) as incidents_count
    from int_incidents_attributed
    where person_key is not null
)

select
    panel.pull_requests_count,
    panel.incidents_count
from panel
cross join opened
cross join attributed
where
    panel.pull_requests_count > opened.pull_requests_count
    or panel.incidents_count > attributed.incidents_count
