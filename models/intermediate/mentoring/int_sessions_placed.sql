with stg_generic__sessions as (
    select * from {{ ref('stg_generic__sessions') }}
),

stg_generic__mentorships as (
    select * from {{ ref('stg_generic__mentorships') }}
),

int_identities_linked as (
    select * from {{ ref('int_identities_linked') }}
),

known as (
    select distinct mentorship_key
    from stg_generic__mentorships
),

-- Sessions that name the two who met, and no mentorship that was exported.
strays as (
    select
        stg_generic__sessions.mentorship_key,
        stg_generic__sessions.held_at,
        coalesce(
            mentors.person_key, stg_generic__sessions.mentor_name_key
        ) as mentor_key,
        coalesce(
            mentees.person_key, stg_generic__sessions.mentee_name_key
        ) as mentee_key
    from stg_generic__sessions
    left join known
        on stg_generic__sessions.mentorship_key = known.mentorship_key
    left join int_identities_linked as mentors
        on stg_generic__sessions.mentor_name_key = mentors.identifier_key
    left join int_identities_linked as mentees
        on stg_generic__sessions.mentee_name_key = mentees.identifier_key
    where known.mentorship_key is null
),

pairs as (
    select
        stg_generic__mentorships.mentorship_key,
        stg_generic__mentorships.starts_on,
        stg_generic__mentorships.source_row,
        coalesce(
            mentors.person_key, stg_generic__mentorships.mentor_name_key
        ) as mentor_key,
        coalesce(
            mentees.person_key, stg_generic__mentorships.mentee_name_key
        ) as mentee_key
    from stg_generic__mentorships
    left join int_identities_linked as mentors
        on stg_generic__mentorships.mentor_name_key = mentors.identifier_key
    left join int_identities_linked as mentees
        on stg_generic__mentorships.mentee_name_key = mentees.identifier_key
    where stg_generic__mentorships.status in ('active', 'completed', 'ended_early')
),

-- The two may have been paired twice: what they had last begun by that day counts.
placed as (
    select
        strays.mentorship_key,
        strays.held_at,
        pairs.mentorship_key as pair_key,
        row_number() over (
            partition by strays.mentorship_key, strays.held_at
            order by pairs.starts_on desc, pairs.source_row asc
        ) as place
    from strays
    inner join pairs
        on
            strays.mentor_key = pairs.mentor_key
            and strays.mentee_key = pairs.mentee_key
            and {{ utc_date('strays.held_at') }} >= pairs.starts_on
)

select
    coalesce(
        placed.pair_key, stg_generic__sessions.mentorship_key
    ) as mentorship_key,
    stg_generic__sessions.status,
    stg_generic__sessions.duration_minutes,
    stg_generic__sessions.held_at
from stg_generic__sessions
left join placed
    on
        stg_generic__sessions.mentorship_key = placed.mentorship_key
        and stg_generic__sessions.held_at = placed.held_at
        and placed.place = 1
