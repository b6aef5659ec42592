{{ config(materialized='view') }}

with int_person_months as (
    select * from {{ ref('int_person_months') }}
),

int_index_rows as (
    select * from {{ ref('int_index_rows') }}
),

-- A comparison person is followed up to the month of the own start, a mentee from it
-- on: a person's months part there.
parted as (
    select
        person_id,
        spell_number,
        month_number,
        is_mentored or mentoring_started_on is not null as is_started,
        case when is_git_observed then log_hours_sum else 0.0 end as log_hours_sum,
        case when is_git_observed then pr_merged_count else 0 end as pr_merged_count,
        case when is_git_observed then 1 else 0 end as git_months,
        incident_count,
        incident_exposure,
        promoted_on
    from int_person_months
),

followed as (
    select
        person_id,
        spell_number,
        month_number,
        {% for months in follow_up_windows() -%}
            sum(log_hours_sum) over ({{ months_after(1, months) }})
                as log_hours_sum_{{ months }},
            sum(pr_merged_count) over ({{ months_after(1, months) }})
                as merged_{{ months }},
            sum(incident_count) over ({{ months_after(1, months) }})
                as incidents_{{ months }},
            sum(incident_exposure) over ({{ months_after(1, months) }})
                as exposure_{{ months }},
            sum(git_months) over ({{ months_after(1, months) }})
                as followup_git_months_{{ months }},
        {% endfor -%}
        min(promoted_on) over (
            partition by person_id, spell_number
            order by month_number
            rows between 1 following and unbounded following
        ) as next_promoted_on
    from parted
)

select
    int_index_rows.index_row_id,
    {% for months in follow_up_windows() -%}
        coalesce(followed.log_hours_sum_{{ months }}, 0.0)
            as log_hours_sum_{{ months }},
        cast(coalesce(followed.merged_{{ months }}, 0) as integer)
            as merged_{{ months }},
        cast(coalesce(followed.incidents_{{ months }}, 0) as integer)
            as incidents_{{ months }},
        coalesce(followed.exposure_{{ months }}, 0.0) as exposure_{{ months }},
        cast(coalesce(followed.followup_git_months_{{ months }}, 0) as integer)
            as followup_git_months_{{ months }},
    {% endfor -%}
    followed.next_promoted_on
from int_index_rows
inner join followed
    on
        int_index_rows.person_id = followed.person_id
        and int_index_rows.spell_number = followed.spell_number
        and int_index_rows.index_month_number = followed.month_number
