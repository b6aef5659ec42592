with stg_generic__mentorships as (
    select * from {{ ref('stg_generic__mentorships') }}
),

int_sessions_placed as (
    select * from {{ ref('int_sessions_placed') }}
),

int_mentorships_begun as (
    select * from {{ ref('int_mentorships_begun') }}
),

int_identities_linked as (
    select * from {{ ref('int_identities_linked') }}
),

int_employment_spells as (
    select * from {{ ref('int_employment_spells') }}
),

int_data_ends as (
    select * from {{ ref('int_data_ends') }}
),

last_sessions as (
    select
        int_sessions_placed.mentorship_key,
        max({{ utc_date('int_sessions_placed.held_at') }}) as last_held_on
    from int_sessions_placed
    cross join int_data_ends
    where
        int_sessions_placed.status = 'held'
        and {{ utc_date('int_sessions_placed.held_at') }}
        <= int_data_ends.as_of_date
    group by 1
),

last_employed_days as (
    select
        person_key,
        max(coalesce(ends_on, cast('9999-12-31' as date))) as last_employed_on
    from int_employment_spells
    group by 1
),

-- What the programme office wrote down. An end after the as-of date had not happened.
exported as (
    select
        stg_generic__mentorships.mentorship_key,
        mentees.person_key as mentee_key,
        coalesce(
            mentors.person_key, stg_generic__mentorships.mentor_name_key, 'unknown'
        ) as mentor_key,
        max(
            case
                when
                    stg_generic__mentorships.status = 'active'
                    or stg_generic__mentorships.ends_on > int_data_ends.as_of_date
                    then 1
                else 0
            end
        ) = 1 as is_open,
        max(
            case when stg_generic__mentorships.status = 'completed' then 1 else 0 end
        ) = 1 as is_completed,
        max(stg_generic__mentorships.ends_on) as ends_on,
        max(
            case
                when stg_generic__mentorships.status = 'ended_early'
                    then stg_generic__mentorships.end_reason
            end
        ) as end_reason
    from stg_generic__mentorships
    inner join int_identities_linked as mentees
        on stg_generic__mentorships.mentee_name_key = mentees.identifier_key
    left join int_identities_linked as mentors
        on stg_generic__mentorships.mentor_name_key = mentors.identifier_key
    cross join int_data_ends
    where
        stg_generic__mentorships.status in ('active', 'completed', 'ended_early')
        and stg_generic__mentorships.starts_on <= int_data_ends.as_of_date
        and mentees.person_key is not null
    group by 1, 2, 3
)

select
    exported.mentorship_key,
    exported.mentee_key,
    exported.mentor_key,
    coalesce(int_mentorships_begun.program, 'unknown') as program,
    coalesce(int_mentorships_begun.model, 'unknown') as model,
    int_mentorships_begun.starts_on,
    -- The exported end; one that was not exported cannot be counted in a month.
    case when not exported.is_open then exported.ends_on end as ended_on,
    not exported.is_open and exported.is_completed as is_completed,
    case when not exported.is_open then exported.end_reason end as end_reason,
    -- A pair runs no longer than both are there, whatever the status says.
    least(
        case
            when not exported.is_open
                then coalesce(
                    exported.ends_on,
                    last_sessions.last_held_on,
                    int_mentorships_begun.starts_on
                )
            else cast('9999-12-31' as date)
        end,
        coalesce(mentees.last_employed_on, cast('9999-12-31' as date)),
        coalesce(mentors.last_employed_on, cast('9999-12-31' as date))
    ) as runs_until
from exported
inner join int_mentorships_begun
    on
        exported.mentorship_key = int_mentorships_begun.mentorship_key
        and exported.mentee_key = int_mentorships_begun.person_key
left join last_sessions
    on exported.mentorship_key = last_sessions.mentorship_key
left join last_employed_days as mentees
    on exported.mentee_key = mentees.person_key
left join last_employed_days as mentors
    on exported.mentor_key = mentors.person_key
