{#- The columns that the cohort and the mentee frames share: covariates, then outcomes. -#}
{% macro cohort_columns() -%}
    {%- set covariates = [
        'index_row_id', 'index_month', 'person_key', 'person_id', 'team_id', 'is_mentee',
        'index_date', 'landmark', 'level', 'level_rank', 'level_class', 'level_band',
        'is_top_rank', 'tenure_months', 'tenure_band', 'coarse_tenure_band',
        'months_in_level', 'organisation', 'job_family', 'location', 'team', 'tercile',
        'base_hours_3', 'base_hours_5', 'base_hours_6', 'base_hours_8', 'base_hours_9',
        'base_hours_12',
        'base_incidents_6', 'base_exposure_6', 'base_incidents_12', 'base_exposure_12',
        'base_on_call_weeks_12', 'base_merged_12', 'last_rating', 'program', 'model', 'assignment', 'cohort', 'mentorship_key',
    ] -%}
    {%- set times = [
        'leave_time', 'leave_event', 'leave_type', 'promotion_time', 'promotion_event',
    ] -%}
    {%- for column in covariates %}
    int_index_rows.{{ column }},
    {%- endfor %}
    {%- for months in follow_up_windows() %}
    {%- for column in [
        'log_hours_sum', 'merged', 'incidents', 'exposure', 'followup_git_months',
    ] %}
    int_index_outcomes.{{ column }}_{{ months }},
    {%- endfor %}
    {%- endfor %}
    {%- for column in times %}
    int_index_outcomes.{{ column }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
