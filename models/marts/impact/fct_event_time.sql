{{ config(materialized='view') }}

with int_matched_rows as (
    select * from {{ ref('int_matched_rows') }}
),

int_index_rows as (
    select * from {{ ref('int_index_rows') }}
),

int_person_months as (
    select * from {{ ref('int_person_months') }}
),

matched as (
    select
        int_matched_rows.design,
        int_matched_rows.cell_id,
        int_matched_rows.index_row_id,
        int_matched_rows.is_mentee,
        int_index_rows.person_id,
        int_index_rows.spell_number,
        int_index_rows.index_month_number
    from int_matched_rows
    inner join int_index_rows
        on int_matched_rows.index_row_id = int_index_rows.index_row_id
    where int_matched_rows.segment_dimension = 'all'
)

select
    matched.design,
    matched.cell_id,
    matched.index_row_id,
    matched.person_id,
    matched.is_mentee,
    int_person_months.month_number - matched.index_month_number as relative_month,
    int_person_months.month,
    -- Pull requests opened in the last month had no time to be merged.
    case
        when int_person_months.is_git_observed then int_person_months.log_hours_sum
    end as log_hours_sum,
    case
        when int_person_months.is_git_observed then int_person_months.pr_merged_count
    end as merged,
    int_person_months.incident_count as incidents,
    int_person_months.incident_exposure as exposure
from matched
inner join int_person_months
    on
        matched.person_id = int_person_months.person_id
        and matched.spell_number = int_person_months.spell_number
        and int_person_months.month_number
        between matched.index_month_number - 12 and matched.index_month_number + 12
where
    matched.is_mentee
    -- A comparison person is one until the month of the own start.
    or not (
        int_person_months.is_mentored
        or int_person_months.mentoring_started_on is not null
    )
