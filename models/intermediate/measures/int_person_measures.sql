{#- metric, relation, numerator, denominator; none: the panel's time at risk. -#}
{% set sums = [
    ('pr_pickup_time', 'pull_requests', 'pickup_log_hours_sum', 'pickup_count'),
    ('pr_review_time', 'pull_requests', 'review_log_hours_sum', 'review_count'),
    ('pr_merge_time', 'pull_requests', 'merge_log_hours_sum', 'merge_count'),
    ('merge_ratio', 'pull_requests', 'merged_count', 'closed_count'),
    ('throughput', 'pull_requests', 'throughput_count', none),
    ('reviews_given', 'reviews', 'reviews_count', none),
    ('authors_helped', 'reviews', 'authors_count', none),
    (
        'time_to_acknowledge', 'incidents',
        'acknowledge_log_hours_sum', 'acknowledge_count',
    ),
    ('time_to_resolve', 'incidents', 'resolve_log_hours_sum', 'resolve_count'),
    ('business_hour_interruptions', 'incidents', 'business_count', none),
    ('off_hour_interruptions', 'incidents', 'off_count', none),
    ('sleep_hour_interruptions', 'incidents', 'sleep_count', none),
    ('heavy_on_call_weeks', 'incidents', 'heavy_weeks_count', none),
] %}

with pull_requests as (
    select * from {{ ref('int_pull_request_measures') }}
),

reviews as (
    select * from {{ ref('int_review_measures') }}
),

incidents as (
    select * from {{ ref('int_incident_measures') }}
),

int_transfers_made as (
    select * from {{ ref('int_transfers_made') }}
),

stg_generic__opportunities as (
    select * from {{ ref('stg_generic__opportunities') }}
),

stg_generic__measures as (
    select * from {{ ref('stg_generic__measures') }}
),

int_ratings_dated as (
    select * from {{ ref('int_ratings_dated') }}
),

int_identities_linked as (
    select * from {{ ref('int_identities_linked') }}
),

int_employment_spells as (
    select * from {{ ref('int_employment_spells') }}
),

int_data_ends as (
    select * from {{ ref('int_data_ends') }}
),

numbered as (
    select
        person_key,
        min(person_id) as person_id
    from int_employment_spells
    group by 1
),

opportunities as (
    select
        int_identities_linked.person_key,
        {{ month_start('stg_generic__opportunities.occurred_at') }} as month
    from stg_generic__opportunities
    inner join int_identities_linked
        on
            stg_generic__opportunities.employee_key
            = int_identities_linked.identifier_key
    cross join int_data_ends
    where
        {{ utc_date('stg_generic__opportunities.occurred_at') }}
        <= int_data_ends.as_of_date
),

own_outcomes as (
    select
        stg_generic__measures.metric,
        int_identities_linked.person_key,
        {{ month_start('stg_generic__measures.measured_at') }} as month,
        stg_generic__measures.metric_value
    from stg_generic__measures
    inner join int_identities_linked
        on stg_generic__measures.employee_key = int_identities_linked.identifier_key
    cross join int_data_ends
    where
        stg_generic__measures.metric_value is not null
        and {{ utc_date('stg_generic__measures.measured_at') }}
        <= int_data_ends.as_of_date
),

unioned as (
    {% for metric, relation, numerator, denominator in sums -%}
        select
            '{{ metric }}' as metric,
            person_key,
            month,
            cast({{ numerator }} as double) as numerator,
            cast({{ denominator or 'null' }} as double) as denominator
        from {{ relation }}
        where {{ denominator or numerator }} > 0
        union all
    {% endfor -%}
    select
        'internal_mobility' as metric,
        person_key,
        {{ month_start('moved_on') }} as month,
        cast(count(*) as double) as numerator,
        cast(null as double) as denominator
    from int_transfers_made
    group by 1, 2, 3
    union all
    select
        'leadership_opportunities' as metric,
        person_key,
        month,
        cast(count(*) as double) as numerator,
        cast(null as double) as denominator
    from opportunities
    group by 1, 2, 3
    union all
    select
        'performance_rating' as metric,
        person_key,
        {{ month_start('reviewed_on') }} as month,
        cast(sum(scaled_rating) as double) as numerator,
        cast(count(scaled_rating) as double) as denominator
    from int_ratings_dated
    group by 1, 2, 3
    union all
    select
        metric,
        person_key,
        month,
        cast(sum(metric_value) as double) as numerator,
        cast(count(*) as double) as denominator
    from own_outcomes
    group by 1, 2, 3
)

select
    unioned.metric,
    numbered.person_id,
    {{ month_number('unioned.month') }} as month_number,
    unioned.numerator,
    unioned.denominator
from unioned
inner join numbered
    on unioned.person_key = numbered.person_key
