{% set timed = measures_of('median_time', 'share_by_12', 'share_by_24') %}

with int_pair_facts as (
    select * from {{ ref('int_pair_facts') }}
),

int_activity_facts as (
    select * from {{ ref('int_activity_facts') }}
),

int_application_facts as (
    select * from {{ ref('int_application_facts') }}
),

int_mentor_review_facts as (
    select * from {{ ref('int_mentor_review_facts') }}
),

int_participation_months as (
    select * from {{ ref('int_participation_months') }}
),

-- Keys as numbers: millions of long texts would be grouped else.
facts as (
    {% for model in [
        'int_pair_facts',
        'int_activity_facts',
        'int_application_facts',
        'int_mentor_review_facts',
    ] -%}
        select
            measure,
            month,
            {{ key_number('unit_key') }} as unit_number,
            {{ key_number('person_key') }} as person_number,
            program,
            model,
            organisation,
            amount,
            base
        from {{ model }}
        {{ 'union all' if not loop.last }}
    {% endfor -%}
),

segmented as (
    {% for dimension in ['all', 'organisation', 'program', 'model'] -%}
        select
            measure,
            month,
            '{{ dimension }}' as segment_dimension,
            {{ "'all'" if dimension == 'all' else dimension }} as segment_value,
            unit_number,
            person_number,
            amount,
            base
        from facts
        {{ 'where ' ~ dimension ~ ' is not null' if dimension != 'all' }}
        {{ 'union all' if not loop.last }}
    {% endfor -%}
),

persons as (
    select
        measure,
        month,
        segment_dimension,
        segment_value,
        person_number,
        max(case when amount > 0 then 1 else 0 end) as has_it,
        max(case when amount < base then 1 else 0 end) as lacks_it
    from segmented
    group by 1, 2, 3, 4, 5
),

people as (
    select
        measure,
        month,
        segment_dimension,
        segment_value,
        count(person_number) as people_count,
        count(case when has_it = 1 then person_number end) as people_with,
        count(case when lacks_it = 1 then person_number end) as people_without
    from persons
    group by 1, 2, 3, 4
),

-- What several people share (a circle's session, its goals) counts once in a segment.
units as (
    select
        measure,
        month,
        segment_dimension,
        segment_value,
        unit_number,
        max(amount) as amount,
        max(base) as base
    from segmented
    group by 1, 2, 3, 4, 5
),

-- A survey's scale may change: each month's mean is on the scale most answers used.
scales as (
    select
        measure,
        month,
        segment_dimension,
        segment_value,
        base,
        count(*) as answers_count
    from units
    where measure in ({{ measures_of('mean') }})
    group by 1, 2, 3, 4, 5
),

ranked_scales as (
    select
        *,
        row_number() over (
            partition by measure, month, segment_dimension, segment_value
            order by answers_count desc, base asc
        ) as place
    from scales
),

on_one_scale as (
    select units.*
    from units
    left join ranked_scales
        on
            units.measure = ranked_scales.measure
            and units.month = ranked_scales.month
            and units.segment_dimension = ranked_scales.segment_dimension
            and units.segment_value = ranked_scales.segment_value
            and ranked_scales.place = 1
    where ranked_scales.base is null or ranked_scales.base = units.base
),

summed as (
    select
        measure,
        month,
        segment_dimension,
        segment_value,
        sum(amount) as amount_sum,
        sum(base) as base_sum,
        median(amount) as amount_median,
        avg(amount) as amount_mean,
        count(*) as units_count,
        max(base) as base_max
    from on_one_scale
    where measure not in ({{ timed }})
    group by 1, 2, 3, 4
),

times as (
    select
        measure,
        month,
        segment_dimension,
        segment_value,
        amount,
        sum(base) as ended_count,
        sum(count(*)) over (
            partition by measure, month, segment_dimension, segment_value
            order by amount desc
        ) as at_risk_count
    from units
    where measure in ({{ timed }})
    group by 1, 2, 3, 4, 5
),

-- Kaplan-Meier: the product of the shares that go on, as a sum of logarithms.
curves as (
    select
        *,
        exp(
            sum(
                ln(
                    greatest(at_risk_count - ended_count, 0.0000000001)
                    * 1.0 / at_risk_count
                )
            ) over (
                partition by measure, month, segment_dimension, segment_value
                order by amount
            )
        ) as going_on_share
    from times
),

timed_values as (
    select
        measure,
        month,
        segment_dimension,
        segment_value,
        min(case when going_on_share <= 0.5 then amount end) as median_time,
        -- With fewer than ten still followed by then the share is not known.
    {% for months in [12, 24] -%}
        case
            when max(case when amount >= {{ months }} then at_risk_count end) >= 10
                then 1.0 - min(
                    case
                        when amount <= {{ months }} then going_on_share else 1.0
                    end
                    )
        end as share_by_{{ months }}{{ ',' if not loop.last }}
    {% endfor -%}
    from curves
    group by 1, 2, 3, 4
),

measured as (
    select
        people.measure,
        people.month,
        people.segment_dimension,
        people.segment_value,
        case
            when people.measure in ({{ measures_of('share', 'ratio') }})
                then summed.amount_sum / summed.base_sum
            when people.measure in ({{ measures_of('count', 'sum') }})
                then summed.amount_sum
            when people.measure in ({{ measures_of('mean') }}) then summed.amount_mean
            when people.measure in ({{ measures_of('median') }})
                then summed.amount_median
            when people.measure in ({{ measures_of('per_person') }})
                then summed.units_count * 1.0 / people.people_count
            when people.measure in ({{ measures_of('median_time') }})
                then timed_values.median_time
            when people.measure in ({{ measures_of('share_by_12') }})
                then timed_values.share_by_12
            when people.measure in ({{ measures_of('share_by_24') }})
                then timed_values.share_by_24
        end as measure_value,
        case
            when
                people.measure like 'feedback%'
                and people.measure <> 'feedback_response'
                then summed.base_max
        end as scale_max,
        people.people_count,
        case
            when people.measure in ({{ measures_of('share', 'count') }})
                then people.people_with
        end as people_with,
        case
            when people.measure in ({{ measures_of('share', 'count') }})
                then people.people_without
        end as people_without
    from people
    left join summed
        on
            people.measure = summed.measure
            and people.month = summed.month
            and people.segment_dimension = summed.segment_dimension
            and people.segment_value = summed.segment_value
    left join timed_values
        on
            people.measure = timed_values.measure
            and people.month = timed_values.month
            and people.segment_dimension = timed_values.segment_dimension
            and people.segment_value = timed_values.segment_value
    union all
    select
        'participation' as measure,
        month,
        segment_dimension,
        segment_value,
        mentored_count * 1.0 / eligible_count as measure_value,
        cast(null as double) as scale_max,
        eligible_count as people_count,
        mentored_count as people_with,
        eligible_count - mentored_count as people_without
    from int_participation_months
)

select
    measure,
    segment_dimension,
    segment_value,
    month,
    {{ programme_fact('unit') }} as unit,
    {{ programme_fact('direction') }} as direction,
    cast({{ programme_window() }} as integer) as window_months,
    cast(scale_max as double) as scale_max,
    cast({{ programme_target() }} * coalesce(scale_max, 1.0) as double) as target,
    cast(measure_value as double) as measure_value,
    cast(people_count as integer) as people_count,
    cast(people_with as integer) as people_with,
    cast(people_without as integer) as people_without
from measured
