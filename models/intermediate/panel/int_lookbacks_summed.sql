{#- Somebody new to the job has no baseline, so at least three months are asked for. -#}
{% set tenure = [3, var('minimum_tenure_months') | int] | max %}

with int_person_months as (
    select * from {{ ref('int_person_months') }}
),

int_data_ends as (
    select * from {{ ref('int_data_ends') }}
),

summed as (
    select
        *,
        sum(case when employed_days = month_days then 1 else 0 end) over (
            {{ months_before(tenure, 1) }}
        ) = {{ tenure }} as is_employed_before,
        {% for name, first, last in [
            ('3', 3, 1), ('5', 12, 8), ('6', 6, 1), ('8', 12, 5), ('9', 12, 4),
            ('12', 12, 1),
        ] -%}
            sum(log_hours_sum) over (
                {{ months_before(first, last) }}
            ) / nullif(
                sum(pr_merged_count) over ({{ months_before(first, last) }}), 0
            ) as base_hours_{{ name }},
        {% endfor -%}
        {% for months in [6, 12] -%}
            coalesce(
                sum(incident_count) over ({{ months_before(months, 1) }}), 0
            ) as base_incidents_{{ months }},
            coalesce(
                sum(incident_exposure) over ({{ months_before(months, 1) }}), 0.0
            ) as base_exposure_{{ months }},
        {% endfor -%}
        sum(on_call_weeks) over ({{ months_before(12, 1) }}) as base_on_call_weeks_12,
        coalesce(
            sum(pr_merged_count) over ({{ months_before(12, 1) }}), 0
        ) as base_merged_12
    from int_person_months
)

-- The risk set and the mentees who left before the landmark: everyone employed through
-- the months before and not mentored earlier.
select
    summed.person_key,
    summed.person_id,
    summed.spell_number,
    summed.month,
    summed.month_number,
    summed.level,
    summed.level_rank,
    summed.organisation,
    summed.job_family,
    summed.team,
    summed.team_id,
    summed.location,
    summed.tenure_months,
    summed.months_in_level,
    summed.base_hours_3,
    summed.base_hours_5,
    summed.base_hours_6,
    summed.base_hours_8,
    summed.base_hours_9,
    summed.base_hours_12,
    summed.base_incidents_6,
    summed.base_exposure_6,
    summed.base_incidents_12,
    summed.base_exposure_12,
    summed.base_on_call_weeks_12,
    summed.base_merged_12,
    {{ add_months('summed.month', 1) }} as landmark,
    summed.mentoring_started_on is not null as is_mentee,
    -- Who leaves on the landmark itself was never there to be followed.
    summed.left_on is not null as is_left_in_index_month
from summed
cross join int_data_ends
where
    summed.is_employed_before
    and summed.is_in_population
    and not summed.is_mentored
    and (
        summed.employed_days = summed.month_days
        or summed.left_on is not null
    )
    -- Nobody can be followed from a landmark after the end of the data.
    and {{ add_months('summed.month', 1) }} <= int_data_ends.hris_end
