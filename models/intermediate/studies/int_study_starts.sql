with stg_generic__mentorships as (
    select * from {{ ref('stg_generic__mentorships') }}
),

int_sessions_placed as (
    select * from {{ ref('int_sessions_placed') }}
),

int_identities_linked as (
    select * from {{ ref('int_identities_linked') }}
),

int_employment_spells as (
    select * from {{ ref('int_employment_spells') }}
),

int_mentees_indexed as (
    select * from {{ ref('int_mentees_indexed') }}
),

int_mentorships_begun as (
    select * from {{ ref('int_mentorships_begun') }}
),

int_pairs_begun as (
    select * from {{ ref('int_pairs_begun') }}
),

int_person_months as (
    select * from {{ ref('int_person_months') }}
),

int_data_ends as (
    select * from {{ ref('int_data_ends') }}
),

numbered as (
    select
        person_key,
        min(person_id) as person_id
    from int_employment_spells
    group by 1
),

mentees as (
    select
        numbered.person_id,
        int_mentees_indexed.person_key,
        int_mentees_indexed.mentorship_key,
        int_mentees_indexed.index_date,
        int_mentees_indexed.model
    from int_mentees_indexed
    inner join numbered
        on int_mentees_indexed.person_key = numbered.person_key
),

mentors as (
    select
        numbered.person_id,
        min(stg_generic__mentorships.starts_on) as starts_on
    from stg_generic__mentorships
    inner join int_identities_linked
        on
            stg_generic__mentorships.mentor_name_key
            = int_identities_linked.identifier_key
    inner join numbered
        on int_identities_linked.person_key = numbered.person_key
    cross join int_data_ends
    where
        stg_generic__mentorships.status in ('active', 'completed', 'ended_early')
        and stg_generic__mentorships.starts_on <= int_data_ends.as_of_date
    group by 1
),

-- A session of a circle is one session, in however many rows it was exported.
held_sessions as (
    select distinct
        int_sessions_placed.mentorship_key,
        int_sessions_placed.held_at
    from int_sessions_placed
    cross join int_data_ends
    where
        int_sessions_placed.status = 'held'
        and {{ utc_date('int_sessions_placed.held_at') }}
        <= int_data_ends.as_of_date
),

numbered_sessions as (
    select
        mentees.person_id,
        mentees.index_date,
        {{ utc_date('held_sessions.held_at') }} as held_on,
        row_number() over (
            partition by mentees.person_id order by held_sessions.held_at
        ) as place
    from mentees
    inner join held_sessions
        on
            mentees.mentorship_key = held_sessions.mentorship_key
            and {{ utc_date('held_sessions.held_at') }} >= mentees.index_date
),

second_sessions as (
    select
        person_id,
        held_on
    from numbered_sessions
    where place = 2
),

-- Whatever a mentee begins after the first mentorship.
later_mentorships as (
    select
        mentees.person_id,
        int_mentorships_begun.starts_on,
        coalesce(int_mentorships_begun.model, 'unknown') as model,
        min(int_mentorships_begun.starts_on) over (
            partition by mentees.person_id
        ) as next_starts_on
    from mentees
    inner join int_mentorships_begun
        on
            mentees.person_key = int_mentorships_begun.person_key
            and mentees.mentorship_key <> int_mentorships_begun.mentorship_key
),

second_mentorships as (
    select
        person_id,
        min(starts_on) as starts_on,
        case when min(model) = max(model) then min(model) else 'several' end
            as model
    from later_mentorships
    where {{ month_start('starts_on') }} = {{ month_start('next_starts_on') }}
    group by 1
),

-- A circle is over with its last pair; an end that nobody knows is none.
first_ends as (
    select
        mentees.person_id,
        max(int_pairs_begun.runs_until) as ended_on
    from mentees
    inner join int_pairs_begun
        on
            mentees.person_key = int_pairs_begun.mentee_key
            and mentees.mentorship_key = int_pairs_begun.mentorship_key
    group by 1
    having
        max(int_pairs_begun.runs_until) > max(int_pairs_begun.starts_on)
        and max(int_pairs_begun.runs_until) < cast('9999-12-31' as date)
),

-- One after the other: what begins while the first runs is several at once, and within
-- a month of the first start a change of pair.
again as (
    select
        mentees.person_id,
        mentees.index_date,
        mentees.model,
        first_ends.ended_on,
        second_mentorships.starts_on as next_starts_on,
        second_mentorships.model as next_model,
        second_mentorships.starts_on >= first_ends.ended_on
        and second_mentorships.starts_on
        >= {{ add_months('mentees.index_date', 1) }} as is_again
    from mentees
    inner join first_ends
        on mentees.person_id = first_ends.person_id
    left join second_mentorships
        on mentees.person_id = second_mentorships.person_id
),

-- Teams by the month in which their first member starts.
team_starts as (
    select
        team_id,
        min(month_number) as month_number
    from int_person_months
    where
        team_id is not null
        and (is_mentored or mentoring_started_on is not null)
    group by 1
),

-- A month in the team of somebody mentored; one's own start is nobody's team-mate.
team_months as (
    select
        int_person_months.person_id,
        int_person_months.month,
        int_person_months.is_mentored
        or int_person_months.mentoring_started_on is not null as is_started
    from int_person_months
    inner join team_starts
        on
            int_person_months.team_id = team_starts.team_id
            and int_person_months.month_number >= team_starts.month_number
),

team_exposures as (
    select
        person_id,
        min(month) as exposed_on,
        min(case when not is_started then month end) as exposed_unmentored_on
    from team_months
    group by 1
),

starts as (
    select
        'mentors' as study,
        person_id,
        starts_on as started_on,
        starts_on as free_until,
        cast(null as date) as followed_until
    from mentors
    union all
    -- Whoever has started is no comparison for two sessions, one session held or none.
    select
        'two_sessions' as study,
        mentees.person_id,
        second_sessions.held_on as started_on,
        mentees.index_date as free_until,
        cast(null as date) as followed_until
    from mentees
    left join second_sessions
        on mentees.person_id = second_sessions.person_id
    union all
    select
        'onboarding' as study,
        person_id,
        index_date as started_on,
        index_date as free_until,
        cast(null as date) as followed_until
    from mentees
    union all
    select
        'team' as study,
        person_id,
        exposed_on as started_on,
        exposed_on as free_until,
        cast(null as date) as followed_until
    from team_exposures
    union all
    -- Help that reaches people who are not mentored themselves.
    select
        'spillover' as study,
        coalesce(team_exposures.person_id, mentees.person_id) as person_id,
        case
            when
                mentees.index_date is null
                or team_exposures.exposed_unmentored_on
                < {{ month_start('mentees.index_date') }}
                then team_exposures.exposed_unmentored_on
        end as started_on,
        least(team_exposures.exposed_on, mentees.index_date) as free_until,
        mentees.index_date as followed_until
    from team_exposures
    full outer join mentees
        on team_exposures.person_id = mentees.person_id
),

-- In these designs everybody can be compared who has not started.
open_to_all as (
    select
        *,
        cast(null as date) as free_from,
        cast(null as date) as first_began_on,
        cast(null as {{ dbt.type_string() }}) as first_model,
        cast(null as {{ dbt.type_string() }}) as second_model
    from starts
)

-- free_until is the first day a comparison person is none any more, followed_until the
-- first on which someone who started is not followed; free_from is the first on which a
-- person can be compared, where that is not always.
select * from open_to_all
union all
-- A second mentorship, against people mentored once in the same model.
select
    'again' as study,
    person_id,
    case when is_again then next_starts_on end as started_on,
    next_starts_on as free_until,
    cast(null as date) as followed_until,
    ended_on as free_from,
    index_date as first_began_on,
    model as first_model,
    case when is_again then next_model end as second_model
from again
