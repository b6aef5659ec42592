with stg_generic__mentorships as (
    select * from {{ ref('stg_generic__mentorships') }}
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

-- Rows of a draw: a place that was promised by lot and has not begun under its own id.
drawn as (
    select
        int_identities_linked.person_key,
        stg_generic__mentorships.program,
        max(stg_generic__mentorships.assignment) as assignment,
        {{ add_months('min(stg_generic__mentorships.starts_on)', -1) }}
            as starts_after
    from stg_generic__mentorships
    inner join int_identities_linked
        on
            stg_generic__mentorships.mentee_name_key
            = int_identities_linked.identifier_key
    where
        stg_generic__mentorships.status = 'pending'
        and stg_generic__mentorships.assignment in ('lottery', 'waitlist')
    group by 1, 2
),

begun as (
    select
        stg_generic__mentorships.mentorship_key,
        stg_generic__mentorships.mentor_name_key,
        stg_generic__mentorships.starts_on,
        stg_generic__mentorships.program,
        stg_generic__mentorships.model,
        -- The tool that runs the pairs need not know how their places were given.
        coalesce(drawn.assignment, stg_generic__mentorships.assignment) as assignment,
        stg_generic__mentorships.source_file_id,
        stg_generic__mentorships.source_row,
        int_identities_linked.person_key
    from stg_generic__mentorships
    inner join int_identities_linked
        on
            stg_generic__mentorships.mentee_name_key
            = int_identities_linked.identifier_key
    left join drawn
        on
            int_identities_linked.person_key = drawn.person_key
            and stg_generic__mentorships.program = drawn.program
            and stg_generic__mentorships.starts_on >= drawn.starts_after
    cross join int_data_ends
    where
        stg_generic__mentorships.status in ('active', 'completed', 'ended_early')
        and stg_generic__mentorships.starts_on <= int_data_ends.as_of_date
        and int_identities_linked.person_key is not null
),

last_days as (
    select
        person_key,
        max(coalesce(ends_on, cast('9999-12-31' as date))) as ends_on
    from int_employment_spells
    group by 1
),

-- Who had left for good before the start was never mentored, whatever the status says.
really_begun as (
    select begun.*
    from begun
    inner join last_days
        on
            begun.person_key = last_days.person_key
            and begun.starts_on <= last_days.ends_on
),

-- A circle has a row per mentor and mentee: to the mentee it is one mentorship.
ordered as (
    select
        *,
        row_number() over (
            partition by person_key, mentorship_key
            order by starts_on, program, model, assignment, source_file_id, source_row
        ) as place,
        count(mentor_name_key) over (
            partition by person_key, mentorship_key
        ) as mentors_count
    from really_begun
)

select
    person_key,
    mentorship_key,
    starts_on,
    program,
    model,
    assignment,
    mentors_count,
    source_file_id,
    source_row
from ordered
where place = 1
