with int_risk_sets_ranked as (
    select * from {{ ref('int_risk_sets_ranked') }}
),

int_levels_ranked as (
    select * from {{ ref('int_levels_ranked') }}
),

int_mentees_indexed as (
    select * from {{ ref('int_mentees_indexed') }}
),

int_ratings_dated as (
    select * from {{ ref('int_ratings_dated') }}
)

select
    {{ index_row_id(
        'int_risk_sets_ranked.month_number', 'int_risk_sets_ranked.person_id'
    ) }} as index_row_id,
    int_risk_sets_ranked.month as index_month,
    int_risk_sets_ranked.person_key,
    int_risk_sets_ranked.person_id,
    int_risk_sets_ranked.spell_number,
    int_risk_sets_ranked.month_number as index_month_number,
    int_risk_sets_ranked.is_mentee,
    coalesce(int_mentees_indexed.index_date, int_risk_sets_ranked.month) as index_date,
    int_risk_sets_ranked.landmark,
    coalesce(int_risk_sets_ranked.level, 'unknown') as level,
    int_risk_sets_ranked.level_rank,
    -- Without ranks every level is a class of its own.
    coalesce(
        cast(int_levels_ranked.level_band as {{ dbt.type_string() }}),
        int_risk_sets_ranked.level,
        'unknown'
    ) as level_class,
    int_levels_ranked.level_band,
    coalesce(int_levels_ranked.is_top_rank, false) as is_top_rank,
    int_risk_sets_ranked.tenure_months,
    case
        when int_risk_sets_ranked.tenure_months < 6 then 1
        when int_risk_sets_ranked.tenure_months < 12 then 2
        when int_risk_sets_ranked.tenure_months < 24 then 3
        when int_risk_sets_ranked.tenure_months < 60 then 4
        else 5
    end as tenure_band,
    case
        when int_risk_sets_ranked.tenure_months < 12 then 1
        when int_risk_sets_ranked.tenure_months < 60 then 2
        else 3
    end as coarse_tenure_band,
    int_risk_sets_ranked.months_in_level,
    coalesce(int_risk_sets_ranked.organisation, 'unknown') as organisation,
    coalesce(int_risk_sets_ranked.job_family, 'unknown') as job_family,
    coalesce(int_risk_sets_ranked.location, 'unknown') as location,
    int_risk_sets_ranked.team,
    int_risk_sets_ranked.team_id,
    int_risk_sets_ranked.base_hours_3,
    int_risk_sets_ranked.base_hours_5,
    int_risk_sets_ranked.base_hours_6,
    int_risk_sets_ranked.base_hours_8,
    int_risk_sets_ranked.base_hours_9,
    int_risk_sets_ranked.base_hours_12,
    int_risk_sets_ranked.tercile,
    cast(int_risk_sets_ranked.base_incidents_6 as integer) as base_incidents_6,
    int_risk_sets_ranked.base_exposure_6,
    cast(int_risk_sets_ranked.base_incidents_12 as integer) as base_incidents_12,
    int_risk_sets_ranked.base_exposure_12,
    int_risk_sets_ranked.base_on_call_weeks_12,
    cast(int_risk_sets_ranked.base_merged_12 as integer) as base_merged_12,
    int_ratings_dated.scaled_rating as last_rating,
    int_mentees_indexed.program,
    int_mentees_indexed.model,
    int_mentees_indexed.assignment,
    int_mentees_indexed.cohort,
    int_mentees_indexed.mentorship_key
from int_risk_sets_ranked
left join int_levels_ranked
    on int_risk_sets_ranked.level_rank = int_levels_ranked.level_rank
-- The rating in force when the index month begins: ratings follow each other without a
-- gap, so there is one at most.
left join int_ratings_dated
    on
        int_risk_sets_ranked.person_key = int_ratings_dated.person_key
        and int_risk_sets_ranked.month > int_ratings_dated.reviewed_on
        and (
            int_ratings_dated.next_reviewed_on is null
            or int_risk_sets_ranked.month <= int_ratings_dated.next_reviewed_on
        )
left join int_mentees_indexed
    on
        int_risk_sets_ranked.person_key = int_mentees_indexed.person_key
        and int_risk_sets_ranked.is_mentee
