{#- Somebody new to the job has no baseline; the onboarding design does without one. -#}
{% set tenure = [3, var('minimum_tenure_months') | int] | max %}
{% set placed %}
        present.*,
        int_study_starts.free_until,
        int_study_starts.followed_until,
        int_study_starts.first_began_on,
        int_study_starts.first_model,
        int_study_starts.second_model,
        coalesce(
            {{ month_start('int_study_starts.started_on') }} = present.month, false
        ) as is_mentee,
        coalesce(int_study_starts.free_until < present.landmark, false) as is_taken
{%- endset %}

with int_study_starts as (
    select * from {{ ref('int_study_starts') }}
),

int_person_months as (
    select * from {{ ref('int_person_months') }}
),

int_levels_ranked as (
    select * from {{ ref('int_levels_ranked') }}
),

int_employment_spells as (
    select * from {{ ref('int_employment_spells') }}
),

int_ratings_dated as (
    select * from {{ ref('int_ratings_dated') }}
),

int_data_ends as (
    select * from {{ ref('int_data_ends') }}
),

panel as (
    -- Only what is needed: the rows of every design are held at once.
    select
        int_person_months.person_key,
        int_person_months.person_id,
        int_person_months.spell_number,
        int_person_months.month_number,
        int_person_months.month,
        int_person_months.month_days,
        int_person_months.employed_days,
        int_person_months.is_in_population,
        int_person_months.left_on,
        int_person_months.level,
        int_person_months.level_rank,
        int_person_months.organisation,
        int_person_months.job_family,
        int_person_months.team_id,
        int_person_months.tenure_months,
        int_person_months.months_in_level,
        case
            when int_person_months.is_mentored then 2
            when int_person_months.mentoring_started_on is not null then 1
            else 0
        end as mentored_class,
        min(int_person_months.mentoring_started_on) over (
            {{ later_months() }}
        ) as next_mentored_on,
        int_ratings_dated.scaled_rating as last_rating,
        sum(
            case
                when int_person_months.employed_days = int_person_months.month_days
                    then 1
                else 0
            end
        ) over (
            {{ months_before(tenure, 1) }}
        ) = {{ tenure }} as is_employed_before,
        min(int_person_months.promoted_on) over (
            {{ later_months() }}
        ) as next_promoted_on,
        coalesce(
            cast(int_levels_ranked.level_band as {{ dbt.type_string() }}),
            int_person_months.level,
            'unknown'
        ) as level_class,
        coalesce(int_levels_ranked.is_top_rank, false) as is_top_rank,
        case
            when int_person_months.tenure_months < 3 then 0
            when int_person_months.tenure_months < 6 then 1
            when int_person_months.tenure_months < 12 then 2
            when int_person_months.tenure_months < 24 then 3
            when int_person_months.tenure_months < 60 then 4
            else 5
        end as tenure_band
    from int_person_months
    left join int_levels_ranked
        on int_person_months.level_rank = int_levels_ranked.level_rank
    left join int_ratings_dated
        on
            int_person_months.person_key = int_ratings_dated.person_key
            and int_person_months.month > int_ratings_dated.reviewed_on
            and (
                int_ratings_dated.next_reviewed_on is null
                or int_person_months.month <= int_ratings_dated.next_reviewed_on
            )
),

-- Everybody still employed at the end of a month from which they can be followed.
present as (
    select
        panel.*,
        panel.tenure_months < 3 as is_new,
        panel.is_employed_before and panel.employed_days = panel.month_days
            as is_settled,
        {{ add_months('panel.month', 1) }} as landmark
    from panel
    cross join int_data_ends
    where
        panel.is_in_population
        and panel.left_on is null
        and {{ add_months('panel.month', 1) }} <= int_data_ends.hris_end
),

-- A cell in which nobody starts compares nobody.
cells as (
    select distinct
        int_study_starts.study,
        present.month,
        present.level_class,
        present.tenure_band
    from present
    inner join int_study_starts
        on
            present.person_id = int_study_starts.person_id
            and present.month = {{ month_start('int_study_starts.started_on') }}
    where
        case
            when int_study_starts.study = 'onboarding' then present.is_new
            when int_study_starts.study = 'again' then false
            else present.is_settled
        end
),

-- Few are mentored once in a model: their cells are made where they are compared.
again_months as (
    select distinct
        first_model,
        {{ month_start('started_on') }} as month
    from int_study_starts
    where study = 'again' and started_on is not null
),

placed as (
    select
        cells.study,
        {{ placed }}
    from present
    inner join cells
        on
            present.month = cells.month
            and present.level_class = cells.level_class
            and present.tenure_band = cells.tenure_band
    left join int_study_starts
        on
            cells.study = int_study_starts.study
            and present.person_id = int_study_starts.person_id
    where
        case
            when cells.study = 'onboarding' then present.is_new
            else present.is_settled
        end
    union all
    select
        int_study_starts.study,
        {{ placed }}
    from present
    inner join int_study_starts
        on
            present.person_id = int_study_starts.person_id
            and present.landmark > int_study_starts.free_from
    inner join again_months
        on
            present.month = again_months.month
            and int_study_starts.first_model = again_months.first_model
    where int_study_starts.study = 'again' and present.is_settled
),

compared as (
    select * from placed
    where is_mentee or not is_taken
),

dated as (
    select
        compared.*,
        int_employment_spells.starts_on as hired_on,
        int_employment_spells.left_on as spell_left_on,
        int_data_ends.has_job_history,
        least(
            case
                when compared.is_mentee then compared.followed_until
                else compared.free_until
            end,
            -- What being mentored does is not what mentoring does.
            case
                when compared.study = 'mentors' then compared.next_mentored_on
            end,
            {{ add_days('int_data_ends.hris_end', 1) }}
        ) as censored_on
    from compared
    inner join int_employment_spells
        on
            compared.person_key = int_employment_spells.person_key
            and compared.spell_number = int_employment_spells.spell_number
    cross join int_data_ends
),

timed as (
    select
        *,
        coalesce(spell_left_on <= censored_on, false) as is_left,
        least(spell_left_on, censored_on) as ended_on,
        coalesce(
            next_promoted_on < least(spell_left_on, censored_on), false
        ) as is_promoted,
        {{ months_between_dates('landmark', 'least(spell_left_on, censored_on)') }}
            as end_time,
        {{ months_between_dates('landmark', 'next_promoted_on') }}
        + 0.5 / {{ days_in_month('next_promoted_on') }} as promoted_time
    from dated
)

select
    timed.study,
    {{ index_row_id('timed.month_number', 'timed.person_id') }} as index_row_id,
    timed.person_id,
    timed.spell_number,
    timed.month_number as index_month_number,
    timed.month as index_month,
    timed.landmark,
    timed.is_mentee,
    {{ month_number('timed.censored_on') }} as end_month_number,
    coalesce(timed.level, 'unknown') as level,
    timed.level_rank,
    timed.level_class,
    timed.is_top_rank,
    coalesce(timed.organisation, 'unknown') as organisation,
    coalesce(timed.job_family, 'unknown') as job_family,
    timed.team_id,
    timed.tenure_months,
    timed.tenure_band,
    timed.months_in_level,
    timed.mentored_class,
    timed.first_model,
    case
        when timed.is_mentee and timed.study = 'again'
            then concat(timed.first_model, ', then ', timed.second_model)
    end as sequence,
    timed.month_number - {{ month_number('timed.first_began_on') }}
        as months_since_first,
    {{ month_number('timed.hired_on') }} as hire_month_number,
    timed.last_rating,
    timed.end_time as leave_time,
    case when timed.is_left then 1 else 0 end as leave_event,
    case
        when not timed.has_job_history then null
        when timed.is_promoted then timed.promoted_time
        else timed.end_time
    end as promotion_time,
    case
        when timed.is_promoted then 1
        when timed.is_left then 2
        else 0
    end as promotion_event
from timed
