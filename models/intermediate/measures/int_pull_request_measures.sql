{%- set phases = ['pickup', 'review', 'merge'] -%}
with int_pull_requests_phased as (
    select * from {{ ref('int_pull_requests_phased') }}
),

stg_git__merges as (
    select * from {{ ref('stg_git__merges') }}
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
        count(coalesce(merged_at, closed_at)) as closed_count,
        count(merged_at) as throughput_count
    from int_pull_requests_phased
    where not author_is_bot
    group by 1, 2
),

-- The log of a repository knows merges and their authors, nothing of reviews: it counts
-- only where no host says more.
log_months as (
    select
        author_key,
        {{ month_start('merged_at') }} as month,
        count(*) as throughput_count
    from stg_git__merges
    where
        not coalesce(author_is_bot, false)
        and not exists (select 1 from int_pull_requests_phased)
    group by 1, 2
),

name_months as (
    select * from author_months
    union all
    select
        author_key,
        month,
        {% for phase in phases -%}
            0 as {{ phase }}_count,
            0.0 as {{ phase }}_log_hours_sum,
        {% endfor -%}
        0 as merged_count,
        0 as closed_count,
        throughput_count
    from log_months
)

select
    int_identities_linked.person_key,
    name_months.month,
    {% for phase in phases -%}
        cast(sum(name_months.{{ phase }}_count) as integer) as {{ phase }}_count,
        coalesce(
            sum(name_months.{{ phase }}_log_hours_sum), 0.0
        ) as {{ phase }}_log_hours_sum,
    {% endfor -%}
    cast(sum(name_months.merged_count) as integer) as merged_count,
    cast(sum(name_months.closed_count) as integer) as closed_count,
    cast(sum(name_months.throughput_count) as integer) as throughput_count
from name_months
inner join int_identities_linked
    on name_months.author_key = int_identities_linked.identifier_key
where int_identities_linked.person_key is not null
group by 1, 2
