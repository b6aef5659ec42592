with int_people_compared as (
    select * from {{ ref('int_people_compared') }}
),

int_person_months as (
    select * from {{ ref('int_person_months') }}
),

int_employment_spells as (
    select * from {{ ref('int_employment_spells') }}
),

int_job_states_classified as (
    select * from {{ ref('int_job_states_classified') }}
),

int_mentees_indexed as (
    select * from {{ ref('int_mentees_indexed') }}
),

int_levels_ranked as (
    select * from {{ ref('int_levels_ranked') }}
),

int_data_ends as (
    select * from {{ ref('int_data_ends') }}
),

careers as (
    select
        person_key,
        spell_number,
        min(case when is_promotion then valid_from end) as first_promoted_on,
        min(level_rank) as lowest_rank
    from int_job_states_classified
    group by 1, 2
),

-- The spell of the described month, from hire to leaving or the end of the data.
followed as (
    select
        int_people_compared.*,
        int_person_months.person_key,
        int_person_months.level,
        int_person_months.organisation,
        int_person_months.job_family,
        int_person_months.location,
        int_employment_spells.starts_on,
        int_employment_spells.left_on,
        int_employment_spells.leave_type,
        coalesce(
            int_employment_spells.left_on,
            {{ add_days('int_data_ends.hris_end', 1) }}
        ) as ended_on,
        careers.first_promoted_on,
        int_data_ends.has_job_history,
        coalesce(int_levels_ranked.is_top_rank, false) as is_top_rank
    from int_people_compared
    inner join int_person_months
        on
            int_people_compared.person_id = int_person_months.person_id
            and int_people_compared.described_month_number
            = int_person_months.month_number
    inner join int_employment_spells
        on
            int_person_months.person_key = int_employment_spells.person_key
            and int_person_months.spell_number = int_employment_spells.spell_number
    inner join careers
        on
            int_person_months.person_key = careers.person_key
            and int_person_months.spell_number = careers.spell_number
    left join int_levels_ranked
        on careers.lowest_rank = int_levels_ranked.level_rank
    cross join int_data_ends
),

timed as (
    select
        *,
        {{ months_between_dates('starts_on', 'ended_on') }} as end_time,
        {{ months_between_dates('starts_on', 'first_promoted_on') }}
        + 0.5 / {{ days_in_month('first_promoted_on') }} as promoted_time,
        coalesce(first_promoted_on < ended_on, false) as is_promoted
    from followed
)

select
    timed.person_key,
    timed.person_id,
    timed.is_ever_mentored,
    coalesce(timed.level, 'unknown') as level,
    coalesce(timed.organisation, 'unknown') as organisation,
    coalesce(timed.job_family, 'unknown') as job_family,
    coalesce(timed.location, 'unknown') as location,
    int_mentees_indexed.program,
    int_mentees_indexed.model,
    int_mentees_indexed.assignment,
    int_mentees_indexed.cohort,
    timed.log_hours_sum,
    cast(timed.merged as integer) as merged,
    cast(timed.incidents as integer) as incidents,
    timed.exposure,
    timed.end_time as leave_time,
    case when timed.left_on is not null then 1 else 0 end as leave_event,
    timed.leave_type,
    case
        when not timed.has_job_history then null
        when timed.is_promoted then timed.promoted_time
        else timed.end_time
    end as promotion_time,
    case
        when timed.is_promoted then 1
        when timed.left_on is not null then 2
        else 0
    end as promotion_event,
    timed.is_top_rank
from timed
left join int_mentees_indexed
    on timed.person_key = int_mentees_indexed.person_key
