{{ config(materialized='view') }}

with int_person_months as (
    select * from {{ ref('int_person_months') }}
),

int_mentees_indexed as (
    select * from {{ ref('int_mentees_indexed') }}
),

int_data_ends as (
    select * from {{ ref('int_data_ends') }}
),

-- Who was mentored before the data start is in neither arm: nothing is known of them
-- without mentoring.
population_months as (
    select
        int_person_months.*,
        int_mentees_indexed.person_key is not null as is_ever_mentored,
        int_person_months.is_mentored
        or int_person_months.mentoring_started_on is not null as is_started
    from int_person_months
    left join int_mentees_indexed
        on int_person_months.person_key = int_mentees_indexed.person_key
    cross join int_data_ends
    where
        int_person_months.is_in_population
        and coalesce(
            int_mentees_indexed.index_date >= int_data_ends.data_start, true
        )
)

-- Who was mentored counts with the months after that of the start, the others with all;
-- that the former had to stay long enough to start is one reason why this misleads.
select
    person_id,
    is_ever_mentored,
    coalesce(
        min(case when is_started then month_number end), max(month_number)
    ) as described_month_number,
    sum(
        case
            when is_git_observed and (is_mentored or not is_ever_mentored)
                then log_hours_sum
            else 0.0
        end
    ) as log_hours_sum,
    sum(
        case
            when is_git_observed and (is_mentored or not is_ever_mentored)
                then pr_merged_count
            else 0
        end
    ) as merged,
    sum(
        case
            when is_mentored or not is_ever_mentored then incident_count else 0
        end
    ) as incidents,
    sum(
        case
            when is_mentored or not is_ever_mentored
                then incident_exposure
            else 0.0
        end
    ) as exposure
from population_months
group by 1, 2
