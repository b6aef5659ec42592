with int_pull_requests_timed as (
    select * from {{ ref('int_pull_requests_timed') }}
),

int_identities_linked as (
    select * from {{ ref('int_identities_linked') }}
),

-- Sum per name first: a million pull requests have few authors to look up.
author_months as (
    select
        author_key,
        {{ month_start('opened_at') }} as month,
        count(*) as pr_opened_count,
        count(cycle_hours) as pr_merged_count,
        sum(ln(cycle_hours)) as log_hours_sum
    from int_pull_requests_timed
    where not author_is_bot
    group by 1, 2
)

-- A pull request belongs to the month it was opened in.
select
    int_identities_linked.person_key,
    author_months.month,
    sum(author_months.pr_opened_count) as pr_opened_count,
    sum(author_months.pr_merged_count) as pr_merged_count,
    sum(author_months.log_hours_sum) as log_hours_sum
from author_months
inner join int_identities_linked
    on author_months.author_key = int_identities_linked.identifier_key
where int_identities_linked.person_key is not null
group by 1, 2
