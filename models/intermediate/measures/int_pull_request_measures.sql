{%- set phases = ['pickup', 'review', 'merge'] -%}
with int_pull_requests_phased as (
    select * from {{ ref('int_pull_requests_phased') }}
),

int_identities_linked as (
    select * from {{ ref('int_identities_linked') }}
),

-- Summed per name before anyone is looked up: a million pull requests have few authors.
-- A phase that ended before it could begin (a review of a draft) is not known.
author_months as (
    select
        author_key,
        {{ month_start('opened_at') }} as month,
        {% for phase in phases -%}
            count(
                case when merged_at is not null and {{ phase }}_hours >= 0 then 1 end
            ) as {{ phase }}_count,
            sum(
                case
                    when merged_at is not null and {{ phase }}_hours >= 0
                        then ln(greatest({{ phase }}_hours, 1.0 / 60))
                end
            ) as {{ phase }}_log_hours_sum,
        {% endfor -%}
        count(merged_at) as merged_count,
        count(coalesce(merged_at, closed_at)) as closed_count
    from int_pull_requests_phased
    where not author_is_bot
    group by 1, 2
)

select
    int_identities_linked.person_key,
    author_months.month,
    {% for phase in phases -%}
        cast(sum(author_months.{{ phase }}_count) as integer) as {{ phase }}_count,
        coalesce(
            sum(author_months.{{ phase }}_log_hours_sum), 0.0
        ) as {{ phase }}_log_hours_sum,
    {% endfor -%}
    cast(sum(author_months.merged_count) as integer) as merged_count,
    cast(sum(author_months.closed_count) as integer) as closed_count
from author_months
inner join int_identities_linked
    on author_months.author_key = int_identities_linked.identifier_key
where int_identities_linked.person_key is not null
group by 1, 2
