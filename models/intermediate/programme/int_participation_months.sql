{{ config(materialized='view') }}

with int_person_months as (
    select * from {{ ref('int_person_months') }}
),

int_programme_months as (
    select * from {{ ref('int_programme_months') }}
),

int_pair_months as (
    select * from {{ ref('int_pair_months') }}
),

eligible as (
    select
        int_person_months.person_key,
        int_person_months.month,
        coalesce(int_person_months.organisation, 'unknown') as organisation
    from int_person_months
    inner join int_programme_months
        on int_person_months.month = int_programme_months.month
    where
        int_person_months.is_in_population
        and int_person_months.tenure_months >= {{ var('minimum_tenure_months') }}
),

eligible_counts as (
    select
        month,
        organisation,
        count(*) as eligible_count
    from eligible
    group by 1, 2
),

eligible_months as (
    select
        month,
        sum(eligible_count) as eligible_count
    from eligible_counts
    group by 1
),

mentored as (
    select
        int_pair_months.month,
        int_pair_months.mentee_key,
        int_pair_months.program,
        int_pair_months.model,
        eligible.organisation
    from int_pair_months
    inner join eligible
        on
            int_pair_months.mentee_key = eligible.person_key
            and int_pair_months.month = eligible.month
),

mentored_counts as (
    select
        month,
        'all' as segment_dimension,
        'all' as segment_value,
        count(distinct mentee_key) as mentored_count
    from mentored
    group by 1
    {% for dimension in ['organisation', 'program', 'model'] -%}
        union all
        select
            month,
            '{{ dimension }}' as segment_dimension,
            {{ dimension }} as segment_value,
            count(distinct mentee_key) as mentored_count
        from mentored
        group by month, {{ dimension }}
    {% endfor -%}
),

-- Of an organisation its own people are eligible, for a programme or model everybody.
bases as (
    select
        month,
        'organisation' as segment_dimension,
        organisation as segment_value,
        eligible_count
    from eligible_counts
    union all
    select
        eligible_months.month,
        'all' as segment_dimension,
        'all' as segment_value,
        eligible_months.eligible_count
    from eligible_months
    union all
    select
        eligible_months.month,
        mentored_counts.segment_dimension,
        mentored_counts.segment_value,
        eligible_months.eligible_count
    from eligible_months
    inner join mentored_counts
        on eligible_months.month = mentored_counts.month
    where mentored_counts.segment_dimension in ('program', 'model')
)

select
    bases.segment_dimension,
    bases.segment_value,
    bases.month,
    bases.eligible_count,
    coalesce(mentored_counts.mentored_count, 0) as mentored_count
from bases
left join mentored_counts
    on
        bases.month = mentored_counts.month
        and bases.segment_dimension = mentored_counts.segment_dimension
        and bases.segment_value = mentored_counts.segment_value
