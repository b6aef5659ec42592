with int_pull_requests_timed as (
    select * from {{ ref('int_pull_requests_timed') }}
)

-- Summed per name before anyone is looked up: a million pull requests have few authors.
-- A pull request belongs to the month it was opened in.
select
    author_key,
    {{ month_start('opened_at') }} as month,
    count(*) as pr_opened_count,
    count(cycle_hours) as pr_merged_count,
    coalesce(sum(ln(cycle_hours)), 0.0) as log_hours_sum
from int_pull_requests_timed
where not author_is_bot
group by 1, 2
