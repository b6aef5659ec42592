{#-
    What the programme's measures are: how the facts add up, their unit, and whether more
    is better. Words are in data/seeds/metric_definitions.csv, targets in the settings.

    share: amount over base, between 0 and 1, of things that people had or had not
    ratio: the same of things that tell nothing of a person
    count, sum, mean, median: of the amounts of the units
    per_person: units over people
    median_time, share_by_12, share_by_24: Kaplan-Meier; amount is a time, base 1 where it ended
-#}
{% macro programme_measures() -%}
    {{ return({
        'participation': ('share', 'share', 'higher'),
        'active_pairs': ('count', 'pairs', 'higher'),
        'quiet_pairs': ('share', 'share', 'lower'),
        'cadence': ('ratio', 'share', 'higher'),
        'days_between_sessions': ('median', 'days', 'lower'),
        'goal_attainment': ('share', 'share', 'higher'),
        'goal_coverage': ('share', 'share', 'higher'),
        'feedback': ('mean', 'score', 'higher'),
        'feedback_mentors': ('mean', 'score', 'higher'),
        'feedback_managers': ('mean', 'score', 'higher'),
        'feedback_response': ('share', 'share', 'higher'),
        'match_completed': ('share', 'share', 'higher'),
        'match_ended_early': ('share', 'share', 'lower'),
        'time_to_match': ('median_time', 'days', 'lower'),
        'unmatched_applicants': ('share', 'share', 'lower'),
        'dose': ('mean', 'sessions', 'higher'),
        'cross_team_links': ('share', 'share', 'higher'),
        'cross_organisation_links': ('share', 'share', 'higher'),
        'mentor_load': ('per_person', 'mentees', 'lower'),
        'mentors_over_limit': ('share', 'share', 'lower'),
        'mentoring_hours': ('sum', 'hours', 'higher'),
        'mentor_reviews': ('ratio', 'share', 'higher'),
        'mentee_becomes_mentor': ('share_by_24', 'share', 'higher'),
        'mentee_becomes_mentor_12': ('share_by_12', 'share', 'higher'),
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

{#- Target of the measure of a row, as the settings give it; null without one. -#}
{% macro programme_target() -%}
    case measure
        when '' then 0.0
        {%- for measure in programme_measures() %}
        {%- set target = var('programme_targets')[measure] %}
        {%- if target is defined and target is not none %}
        when '{{ measure }}' then {{ target }}
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
