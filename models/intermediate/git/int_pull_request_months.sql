with int_author_months as (
    select * from {{ ref('int_author_months') }}
),

int_identities_linked as (
    select * from {{ ref('int_identities_linked') }}
)

-- A person may author under several names.
select
    int_identities_linked.person_key,
    int_author_months.month,
    cast(sum(int_author_months.pr_opened_count) as integer) as pr_opened_count,
    cast(sum(int_author_months.pr_merged_count) as integer) as pr_merged_count,
    sum(int_author_months.log_hours_sum) as log_hours_sum
from int_author_months
inner join int_identities_linked
    on int_author_months.author_key = int_identities_linked.identifier_key
where int_identities_linked.person_key is not null
group by 1, 2
