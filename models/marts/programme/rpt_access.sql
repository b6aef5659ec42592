{#-
    What is counted, per measure: events and person-years at risk. Whoever is mentored is
    no longer at risk of starting; everybody may be put forward.
-#}
{% set kinds = [
    'design_doc', 'incident_lead', 'demo', 'project_lead', 'talk', 'other',
] %}
{% set measures = ['participation', 'opportunities', 'sponsored_opportunities'] %}
{% for kind in kinds %}{% do measures.append('sponsored_' ~ kind) %}{% endfor %}
{% set columns = ['organisation', 'level', 'job_family', 'location'] %}
{% set groups = var('reporting_groups') | reject('in', columns) | list %}

with int_person_months as (
    select * from {{ ref('int_person_months') }}
),

int_person_groups as (
    select * from {{ ref('int_person_groups') }}
),

int_identities_linked as (
    select * from {{ ref('int_identities_linked') }}
),

int_data_ends as (
    select * from {{ ref('int_data_ends') }}
),

stg_generic__opportunities as (
    select * from {{ ref('stg_generic__opportunities') }}
),

opportunity_months as (
    select
        int_identities_linked.person_key,
        {{ month_start(utc_date('stg_generic__opportunities.occurred_at')) }} as month,
        count(*) as opportunities,
        count(stg_generic__opportunities.sponsor_key) as sponsored_opportunities,
    {% for kind in kinds -%}
        sum(
            case
                when
                    stg_generic__opportunities.kind = '{{ kind }}'
                    and stg_generic__opportunities.sponsor_key is not null
                    then 1
                else 0
            end
        ) as sponsored_{{ kind }}{{ ',' if not loop.last }}
    {% endfor -%}
    from stg_generic__opportunities
    inner join int_identities_linked
        on
            stg_generic__opportunities.employee_key
            = int_identities_linked.identifier_key
    cross join int_data_ends
    where
        {{ utc_date('stg_generic__opportunities.occurred_at') }}
        <= int_data_ends.as_of_date
    group by 1, 2
),

-- One row per person and place: who moves counts in each for the time there.
states as (
    select
        int_person_months.person_id,
        {% for column in columns -%}
            coalesce(int_person_months.{{ column }}, 'unknown') as {{ column }},
        {% endfor -%}
    {% for measure in measures -%}
        {%- if measure == 'participation' -%}
            sum(
                case
                    when int_person_months.mentoring_started_on is not null then 1.0
                    else 0.0
                end
            ) as participation_events,
            sum(
                case
                    when
                        int_person_months.is_mentored
                        or int_person_months.tenure_months
                        < {{ var('minimum_tenure_months') }}
                        then 0.0
                    else int_person_months.exposure / 12
                end
            ) as participation_years
        {%- else -%}
            sum(coalesce(opportunity_months.{{ measure }}, 0) * 1.0)
                as {{ measure }}_events,
            sum(int_person_months.exposure / 12) as {{ measure }}_years
        {%- endif -%}
        {{ ',' if not loop.last }}
    {% endfor -%}
    from int_person_months
    cross join int_data_ends
    left join opportunity_months
        on
            int_person_months.person_key = opportunity_months.person_key
            and int_person_months.month = opportunity_months.month
    where
        int_person_months.is_in_population
        and {{ month_number('int_person_months.month') }}
        > {{ month_number('int_data_ends.mentorship_end') }}
        - {{ var('access_months') }}
        and int_person_months.month <= int_data_ends.mentorship_end
    group by 1, 2, 3, 4, 5
),

members as (
    {% for column in columns -%}
        select
            '{{ column }}' as group_dimension,
            states.{{ column }} as group_value,
            states.*
        from states
        union all
    {% endfor -%}
    {% for pair in var('access_crossings') -%}
        {%- set first, second = pair | first, pair | last %}
        select
            {{ text_literal(first ~ ' × ' ~ second) }} as group_dimension,
            concat(
                {{ first if first in columns else 'firsts.segment_value' }}, ' × ',
                {{ second if second in columns else 'seconds.segment_value' }}
            ) as group_value,
            states.*
        from states
        {% for name, dimension in [('firsts', first), ('seconds', second)] -%}
            {%- if dimension not in columns -%}
                inner join int_person_groups as {{ name }}
                    on
                        states.person_id = {{ name }}.person_id
                        and {{ name }}.segment_dimension = {{ text_literal(dimension) }}
            {% endif -%}
        {% endfor -%}
        union all
    {% endfor -%}
    select
        int_person_groups.segment_dimension as group_dimension,
        int_person_groups.segment_value as group_value,
        states.*
    from states
    inner join int_person_groups
        on states.person_id = int_person_groups.person_id
    where int_person_groups.segment_dimension in (
        {% for group in groups %}{{ text_literal(group) }},
        {% endfor %}''
    )
),

people as (
    select
        group_dimension,
        group_value,
        person_id,
    {% for measure in measures -%}
        sum({{ measure }}_events) as {{ measure }}_events,
        sum({{ measure }}_years) as {{ measure }}_years{{ ',' if not loop.last }}
    {% endfor -%}
    from members
    group by 1, 2, 3
),

{% for measure in measures -%}
    {{ measure }}_sums as (
        select
            '{{ measure }}' as measure,
            group_dimension,
            group_value,
            count(*) as people_count,
            sum(case when {{ measure }}_events > 0 then 1 else 0 end) as people_with,
            sum({{ measure }}_events) as events,
            sum({{ measure }}_years) as years,
            sum({{ measure }}_events * {{ measure }}_events) as events_squared,
            sum({{ measure }}_events * {{ measure }}_years) as events_by_years,
            sum({{ measure }}_years * {{ measure }}_years) as years_squared
        from people
        where {{ measure }}_years > 0
        group by 1, 2, 3
    ),

{% endfor -%}
sums as (
    {% for measure in measures -%}
        select * from {{ measure }}_sums
        {{ 'union all' if not loop.last }}
    {% endfor -%}
),

totals as (
    select
        measure,
        group_dimension,
        sum(people_count) as people_count,
        sum(events) as events,
        sum(years) as years,
        sum(events_squared) as events_squared,
        sum(events_by_years) as events_by_years,
        sum(years_squared) as years_squared
    from sums
    group by 1, 2
    -- What was never exported is no rate of zero.
    having sum(events) > 0
),

-- Everybody else of the same dimension.
rests as (
    select
        sums.measure,
        sums.group_dimension,
        sums.group_value,
        totals.people_count - sums.people_count as people_count,
        totals.events - sums.events as events,
        totals.years - sums.years as years,
        totals.events_squared - sums.events_squared as events_squared,
        totals.events_by_years - sums.events_by_years as events_by_years,
        totals.years_squared - sums.years_squared as years_squared
    from sums
    inner join totals
        on
            sums.measure = totals.measure
            and sums.group_dimension = totals.group_dimension
),

compared as (
    select
        sums.measure,
        sums.group_dimension,
        sums.group_value,
        sums.people_count,
        sums.people_with,
        sums.events / sums.years as rate,
        case
            when sums.events > 0 and rests.events > 0
                then (sums.events / sums.years) / (rests.events / rests.years)
        end as rate_ratio,
        case
            when
                sums.events > 0 and rests.events > 0
                and sums.people_count > 1 and rests.people_count > 1
                then sqrt(
                    {{ relative_variance('sums') }} + {{ relative_variance('rests') }}
                )
        end as log_standard_error
    from sums
    inner join rests
        on
            sums.measure = rests.measure
            and sums.group_dimension = rests.group_dimension
            and sums.group_value = rests.group_value
)

select
    measure,
    'all' as segment_dimension,
    'all' as segment_value,
    group_dimension,
    group_value,
    cast(rate as double) as rate,
    cast(rate_ratio as double) as rate_ratio,
    cast(
        rate_ratio * exp(-{{ var('critical_value') }} * log_standard_error) as double
    ) as ci_low,
    cast(
        rate_ratio * exp({{ var('critical_value') }} * log_standard_error) as double
    ) as ci_high,
    cast(people_count as integer) as people_count,
    cast(people_with as integer) as people_with,
    cast(people_count - people_with as integer) as people_without
from compared
