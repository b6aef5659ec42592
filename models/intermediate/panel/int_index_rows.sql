with int_lookbacks_summed as (
    select * from {{ ref('int_lookbacks_summed') }}
),

int_mentees_indexed as (
    select * from {{ ref('int_mentees_indexed') }}
),

int_ratings_dated as (
    select * from {{ ref('int_ratings_dated') }}
),

at_risk as (
    select * from int_lookbacks_summed
    where not is_left_in_index_month
),

-- A month in which nobody starts compares nobody.
index_months as (
    select distinct month
    from at_risk
    where is_mentee
),

ladder as (
    select
        level_rank,
        least(dense_rank() over (order by level_rank), 5) as level_band,
        level_rank = max(level_rank) over () as is_top_rank
    from at_risk
    where level_rank is not null
    group by 1
),

indexed as (
    select at_risk.*
    from at_risk
    inner join index_months
        on at_risk.month = index_months.month
),

-- Ties share a tercile, so no order among equals can move anyone. Sums of the same
-- numbers in another order differ in the last digits, hence the rounding.
ranked as (
    select
        *,
        rank() over (
            partition by month, base_hours_6 is null
            order by round(base_hours_6, 9)
        ) as place,
        count(*) over (partition by month, base_hours_6 is null) as people_count
    from indexed
),

rated as (
    select
        ranked.person_id,
        ranked.month,
        max(int_ratings_dated.scaled_rating) as last_rating
    from ranked
    inner join int_ratings_dated
        on
            ranked.person_key = int_ratings_dated.person_key
            and ranked.month > int_ratings_dated.reviewed_on
            and (
                int_ratings_dated.next_reviewed_on is null
                or ranked.month <= int_ratings_dated.next_reviewed_on
            )
    group by 1, 2
)

select
    {{ index_row_id('ranked.month_number', 'ranked.person_id') }} as index_row_id,
    ranked.month as index_month,
    ranked.person_key,
    ranked.person_id,
    ranked.spell_number,
    ranked.month_number as index_month_number,
    ranked.is_mentee,
    coalesce(int_mentees_indexed.index_date, ranked.month) as index_date,
    ranked.landmark,
    coalesce(ranked.level, 'unknown') as level,
    ranked.level_rank,
    -- Without ranks every level is a class of its own.
    coalesce(
        cast(ladder.level_band as {{ dbt.type_string() }}),
        ranked.level,
        'unknown'
    ) as level_class,
    cast(ladder.level_band as integer) as level_band,
    coalesce(ladder.is_top_rank, false) as is_top_rank,
    ranked.tenure_months,
    case
        when ranked.tenure_months < 6 then 1
        when ranked.tenure_months < 12 then 2
        when ranked.tenure_months < 24 then 3
        when ranked.tenure_months < 60 then 4
        else 5
    end as tenure_band,
    case
        when ranked.tenure_months < 12 then 1
        when ranked.tenure_months < 60 then 2
        else 3
    end as coarse_tenure_band,
    ranked.months_in_level,
    coalesce(ranked.organisation, 'unknown') as organisation,
    coalesce(ranked.job_family, 'unknown') as job_family,
    coalesce(ranked.location, 'unknown') as location,
    ranked.team,
    ranked.team_id,
    ranked.base_hours_3,
    ranked.base_hours_6,
    ranked.base_hours_9,
    ranked.base_hours_12,
    case
        when ranked.base_hours_6 is null then 'none'
        when 3 * (ranked.place - 1) < ranked.people_count then '1'
        when 3 * (ranked.place - 1) < 2 * ranked.people_count then '2'
        else '3'
    end as tercile,
    cast(ranked.base_incidents_6 as integer) as base_incidents_6,
    ranked.base_exposure_6,
    cast(ranked.base_incidents_12 as integer) as base_incidents_12,
    ranked.base_exposure_12,
    ranked.base_on_call_weeks_12,
    cast(ranked.base_merged_12 as integer) as base_merged_12,
    rated.last_rating,
    int_mentees_indexed.program,
    int_mentees_indexed.model,
    int_mentees_indexed.assignment,
    int_mentees_indexed.cohort,
    int_mentees_indexed.mentorship_key
from ranked
left join ladder
    on ranked.level_rank = ladder.level_rank
left join rated
    on
        ranked.person_id = rated.person_id
        and ranked.month = rated.month
left join int_mentees_indexed
    on
        ranked.person_key = int_mentees_indexed.person_key
        and ranked.is_mentee
