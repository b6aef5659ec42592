{{ config(materialized='view') }}

with int_person_months as (
    select * from {{ ref('int_person_months') }}
),

-- A comparison person is followed up to the month of the own start, a mentee from it
-- on: a person's months part there.
parted as (
    select
        person_id,
        spell_number,
        month,
        month_number,
        is_mentored or mentoring_started_on is not null as is_started,
        case when is_git_observed then log_hours_sum else 0.0 end as log_hours_sum,
        case when is_git_observed then pr_merged_count else 0 end as pr_merged_count,
        case when is_git_observed then 1 else 0 end as git_months,
        incident_count,
        incident_exposure,
        promoted_on,
        mentoring_started_on
    from int_person_months
)

select
    {{ index_row_id('month_number', 'person_id') }} as index_row_id,
    person_id,
    spell_number,
    {{ add_months('month', 1) }} as landmark,
    {% for months in follow_up_windows() -%}
        coalesce(
            sum(log_hours_sum) over ({{ months_after(1, months) }}), 0.0
        ) as log_hours_sum_{{ months }},
        cast(
            coalesce(sum(pr_merged_count) over ({{ months_after(1, months) }}), 0)
            as integer
        ) as merged_{{ months }},
        cast(
            coalesce(sum(incident_count) over ({{ months_after(1, months) }}), 0)
            as integer
        ) as incidents_{{ months }},
        coalesce(
            sum(incident_exposure) over ({{ months_after(1, months) }}), 0.0
        ) as exposure_{{ months }},
        cast(
            coalesce(sum(git_months) over ({{ months_after(1, months) }}), 0)
            as integer
        ) as followup_git_months_{{ months }},
    {% endfor -%}
    min(promoted_on) over ({{ later_months() }}) as next_promoted_on,
    min(mentoring_started_on) over ({{ later_months() }}) as next_started_on
from parted
