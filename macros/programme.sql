{#-
    What the programme's measures are: how the facts add up, their unit, whether more is
    better, and how many months up to its own a month's figure counts. Words are in
    data/seeds/metric_definitions.csv, targets in the settings.

    share: amount over base, between 0 and 1, of things that people had or had not
    ratio: the same of things that tell nothing of a person
    count, sum, mean, median: of the amounts of the units
    per_person: units over people
    median_time, share_by_12, share_by_24: Kaplan-Meier; amount is a time, base 1 where it ended
-#}
{% macro programme_measures() -%}
    {{ return({
        'participation': ('share', 'share', 'higher', 1),
        'active_pairs': ('count', 'pairs', 'higher', 1),
        'quiet_pairs': ('share', 'share', 'lower', 1),
        'cadence': ('ratio', 'share', 'higher', 1),
        'days_between_sessions': ('median', 'days', 'lower', 1),
        'goal_attainment': ('share', 'share', 'higher', 12),
        'goal_coverage': ('share', 'share', 'higher', 1),
        'feedback': ('mean', 'score', 'higher', 12),
        'feedback_mentors': ('mean', 'score', 'higher', 12),
        'feedback_managers': ('mean', 'score', 'higher', 12),
        'feedback_response': ('share', 'share', 'higher', 12),
        'match_completed': ('share', 'share', 'higher', 12),
        'match_ended_early': ('share', 'share', 'lower', 12),
        'ended_left': ('share', 'share', 'lower', 12),
        'ended_moved': ('share', 'share', 'lower', 12),
        'ended_no_time': ('share', 'share', 'lower', 12),
        'ended_no_fit': ('share', 'share', 'lower', 12),
        'ended_other': ('share', 'share', 'lower', 12),
        'time_to_match': ('median_time', 'days', 'lower', 12),
        'unmatched_applicants': ('share', 'share', 'lower', 12),
        'dose': ('mean', 'sessions', 'higher', 12),
        'cross_team_links': ('share', 'share', 'higher', 1),
        'cross_organisation_links': ('share', 'share', 'higher', 1),
        'mentor_load': ('per_person', 'mentees', 'lower', 1),
        'mentors_over_limit': ('share', 'share', 'lower', 1),
        'mentoring_hours': ('sum', 'hours', 'higher', 1),
        'mentor_reviews': ('ratio', 'share', 'higher', 1),
        'mentee_becomes_mentor': ('share_by_24', 'share', 'higher', 1),
        'mentee_becomes_mentor_12': ('share_by_12', 'share', 'higher', 1),
    }) }}
{%- endmacro %}

{#- The measures of these kinds, as a list of texts. -#}
{% macro measures_of() -%}
    {%- for measure, facts in programme_measures().items() if facts[0] in varargs -%}
        '{{ measure }}'{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{#- Unit or direction of the measure of a row. -#}
{% macro programme_fact(name) -%}
    case measure
        {%- for measure, facts in programme_measures().items() %}
        when '{{ measure }}' then '{{ facts[1] if name == 'unit' else facts[2] }}'
        {%- endfor %}
    end
{%- endmacro %}

{#- Months that the measure of a row counts, up to its own. -#}
{% macro programme_window() -%}
    case
        {%- for measure, facts in programme_measures().items() if facts[3] > 1 %}
        when measure = '{{ measure }}' then {{ facts[3] }}
        {%- endfor %}
        else 1
    end
{%- endmacro %}

{#-
    Target of the measure of a row, as the settings give it; null without one. What adds up
    over groups has it for everyone alone: a part falls short of the whole's target by its
    size. Everybody is eligible for every programme and model, so their shares add up too.
-#}
{% macro programme_target() -%}
    case
        when
            segment_dimension <> 'all'
            and measure in ({{ measures_of('count', 'sum') }})
            then null
        when
            segment_dimension in ('program', 'model')
            and measure = 'participation'
            then null
        {%- for measure in programme_measures() %}
        {%- set target = var('programme_targets')[measure] %}
        {%- if target is defined and target is not none %}
        when measure = '{{ measure }}' then {{ target }}
        {%- endif %}
        {%- endfor %}
    end
{%- endmacro %}

{#-
    Variance of the logarithm of a rate of events per year, from sums over people: the
    ratio estimator's, so one person's many opportunities are not many people's one; never
    less than a Poisson count's, for with few people it comes out too small.
-#}
{% macro relative_variance(sums) -%}
    greatest(
        (
            {{ sums }}.events_squared
            - 2 * {{ sums }}.events / {{ sums }}.years * {{ sums }}.events_by_years
            + {{ sums }}.events * {{ sums }}.events
            / ({{ sums }}.years * {{ sums }}.years) * {{ sums }}.years_squared
        ) / ({{ sums }}.events * {{ sums }}.events)
        * {{ sums }}.people_count / ({{ sums }}.people_count - 1.0),
        1.0 / {{ sums }}.events
    )
{%- endmacro %}

{#- A price of the settings; null where it is not set. -#}
{% macro price(name) -%}
    cast({{ var('costs')[name] or 'null' }} as double)
{%- endmacro %}
