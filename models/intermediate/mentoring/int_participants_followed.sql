with stg_generic__mentorships as (
    select * from {{ ref('stg_generic__mentorships') }}
),

int_identities_linked as (
    select * from {{ ref('int_identities_linked') }}
),

int_mentees_indexed as (
    select * from {{ ref('int_mentees_indexed') }}
),

int_employment_spells as (
    select * from {{ ref('int_employment_spells') }}
),

int_person_months as (
    select * from {{ ref('int_person_months') }}
),

int_lookbacks_summed as (
    select * from {{ ref('int_lookbacks_summed') }}
),

int_index_rows as (
    select * from {{ ref('int_index_rows') }}
),

int_data_ends as (
    select * from {{ ref('int_data_ends') }}
),

-- Everyone named as a mentee, linked to an employee or not.
participants as (
    select
        coalesce(
            int_identities_linked.person_key, stg_generic__mentorships.mentee_name_key
        ) as participant_key,
        max(
            case
                when
                    stg_generic__mentorships.status
                    in ('active', 'completed', 'ended_early')
                    and stg_generic__mentorships.starts_on <= int_data_ends.as_of_date
                    then 1
                else 0
            end
        ) = 1 as has_begun
    from stg_generic__mentorships
    left join int_identities_linked
        on
            stg_generic__mentorships.mentee_name_key
            = int_identities_linked.identifier_key
    cross join int_data_ends
    group by 1
),

employed_starts as (
    select
        int_mentees_indexed.person_key,
        max(int_employment_spells.person_id) as person_id,
        max(int_employment_spells.location) as location
    from int_mentees_indexed
    inner join int_employment_spells
        on
            int_mentees_indexed.person_key = int_employment_spells.person_key
            and int_mentees_indexed.index_date >= int_employment_spells.starts_on
            and (
                int_employment_spells.ends_on is null
                or int_mentees_indexed.index_date <= int_employment_spells.ends_on
            )
    group by 1
),

left_early as (
    select person_key
    from int_lookbacks_summed
    where is_mentee and is_left_in_index_month
)

select
    participants.participant_key,
    employed_starts.person_id,
    participants.has_begun,
    employed_starts.person_key is not null
    and coalesce(int_person_months.is_in_population, true) as is_in_population,
    int_index_rows.index_row_id is not null as has_baseline,
    left_early.person_key is not null as is_left_in_index_month,
    -- In the first three months there is no baseline to compare with.
    coalesce(int_person_months.tenure_months < 3, false) as is_onboarding,
    int_index_rows.index_row_id,
    coalesce(int_person_months.level, 'unknown') as level,
    coalesce(int_person_months.organisation, 'unknown') as organisation,
    coalesce(int_person_months.job_family, 'unknown') as job_family,
    coalesce(employed_starts.location, 'unknown') as location,
    int_mentees_indexed.program,
    int_mentees_indexed.model,
    int_mentees_indexed.assignment,
    int_mentees_indexed.cohort
from participants
left join int_mentees_indexed
    on participants.participant_key = int_mentees_indexed.person_key
left join employed_starts
    on participants.participant_key = employed_starts.person_key
left join int_person_months
    on
        participants.participant_key = int_person_months.person_key
        and int_mentees_indexed.index_month = int_person_months.month
left join int_index_rows
    on
        participants.participant_key = int_index_rows.person_key
        and int_index_rows.is_mentee
left join left_early
    on participants.participant_key = left_early.person_key
