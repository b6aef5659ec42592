{% set steps = {
    'exported': 'true',
    'began': 'has_begun',
    'in_population': 'is_in_population',
    'has_baseline': 'has_baseline',
    'matched': 'is_matched',
    'with_outcome': 'has_outcome',
    'left_in_index_month': 'is_left_in_index_month',
    'onboarding': 'is_onboarding and is_in_population',
} %}

with int_participants_followed as (
    select * from {{ ref('int_participants_followed') }}
),

int_participant_segments as (
    select * from {{ ref('int_participant_segments') }}
),

int_matched_rows as (
    select * from {{ ref('int_matched_rows') }}
),

int_index_outcomes as (
    select * from {{ ref('int_index_outcomes') }}
),

int_data_ends as (
    select * from {{ ref('int_data_ends') }}
),

matched_mentees as (
    select
        segment_dimension,
        segment_value,
        index_row_id
    from int_matched_rows
    where design = 'a' and is_mentee
),

followed as (
    select
        int_participant_segments.segment_dimension,
        int_participant_segments.segment_value,
        int_participants_followed.has_begun,
        int_participants_followed.is_in_population,
        int_participants_followed.has_baseline,
        int_participants_followed.is_left_in_index_month,
        int_participants_followed.is_onboarding,
        matched_mentees.index_row_id is not null as is_matched,
        -- The headline outcome that most people lack is cycle time.
        matched_mentees.index_row_id is not null
        and (not int_data_ends.has_pull_requests or int_index_outcomes.merged_6 > 0)
            as has_outcome
    from int_participant_segments
    inner join int_participants_followed
        on
            int_participant_segments.participant_key
            = int_participants_followed.participant_key
    left join matched_mentees
        on
            int_participant_segments.segment_dimension
            = matched_mentees.segment_dimension
            and int_participant_segments.segment_value = matched_mentees.segment_value
            and int_participants_followed.index_row_id = matched_mentees.index_row_id
    left join int_index_outcomes
        on int_participants_followed.index_row_id = int_index_outcomes.index_row_id
    cross join int_data_ends
),

counted as (
    select
        segment_dimension,
        segment_value,
        {% for step, condition in steps.items() -%}
            sum(case when {{ condition }} then 1 else 0 end) as {{ step }}_count,
        {% endfor -%}
        count(*) as participants_count
    from followed
    group by 1, 2
)

{% for step in steps -%}
    select
        segment_dimension,
        segment_value,
        '{{ step }}' as step,
        cast({{ step }}_count as integer) as n
    from counted
    {% if step in ['exported', 'began'] -%}
        -- Before the start of mentoring nobody belongs to a segment.
        where segment_dimension = 'all'
    {% endif -%}
    {{ 'union all' if not loop.last }}
{% endfor %}
