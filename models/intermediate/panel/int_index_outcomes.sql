with int_index_rows as (
    select * from {{ ref('int_index_rows') }}
),

int_follow_ups_summed as (
    select * from {{ ref('int_follow_ups_summed') }}
),

int_employment_spells as (
    select * from {{ ref('int_employment_spells') }}
),

int_data_ends as (
    select * from {{ ref('int_data_ends') }}
),

dated as (
    select
        int_follow_ups_summed.*,
        int_employment_spells.left_on,
        int_employment_spells.leave_type,
        int_employment_spells.is_regrettable,
        int_data_ends.has_job_history,
        -- The first day that is not observed any more: of the own mentoring for a
        -- comparison person (a mentee starts once), after the data's end for everyone.
        least(
            int_follow_ups_summed.next_started_on,
            {{ add_days('int_data_ends.hris_end', 1) }}
        ) as censored_on
    from int_index_rows
    inner join int_follow_ups_summed
        on int_index_rows.index_row_id = int_follow_ups_summed.index_row_id
    inner join int_employment_spells
        on
            int_index_rows.person_id = int_employment_spells.person_id
            and int_index_rows.spell_number = int_employment_spells.spell_number
    cross join int_data_ends
),

-- Leaving on the day that censors is still seen: the last day before was the last.
ended as (
    select
        *,
        coalesce(left_on <= censored_on, false) as is_left,
        least(left_on, censored_on) as ended_on
    from dated
),

timed as (
    select
        *,
        {{ months_between_dates('landmark', 'ended_on') }} as end_time,
        coalesce(next_promoted_on < ended_on, false) as is_promoted,
        -- A promotion falls into its day, after the landmark's own beginning.
        {{ months_between_dates('landmark', 'next_promoted_on') }}
        + 0.5 / {{ days_in_month('next_promoted_on') }} as promoted_time
    from ended
)

select
    index_row_id,
    {% for months in follow_up_windows() -%}
        log_hours_sum_{{ months }},
        merged_{{ months }},
        incidents_{{ months }},
        exposure_{{ months }},
        followup_git_months_{{ months }},
    {% endfor -%}
    end_time as leave_time,
    case when is_left then 1 else 0 end as leave_event,
    case when is_left then leave_type end as leave_type,
    case when is_left then is_regrettable end as is_regrettable,
    case
        when not has_job_history then null
        when is_promoted then promoted_time
        else end_time
    end as promotion_time,
    case
        when is_promoted then 1
        when is_left then 2
        else 0
    end as promotion_event
from timed
