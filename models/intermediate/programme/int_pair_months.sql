with int_pairs_begun as (
    select * from {{ ref('int_pairs_begun') }}
),

int_programme_months as (
    select * from {{ ref('int_programme_months') }}
),

int_sessions_placed as (
    select * from {{ ref('int_sessions_placed') }}
),

stg_generic__goals as (
    select * from {{ ref('stg_generic__goals') }}
),

int_person_months as (
    select * from {{ ref('int_person_months') }}
),

-- Whoever mentors in a circle, a mentee has one mentorship of it.
mentorships as (
    select
        mentorship_key,
        mentee_key,
        max(program) as program,
        max(model) as model,
        min(starts_on) as starts_on,
        max(runs_until) as runs_until
    from int_pairs_begun
    group by 1, 2
),

running as (
    select
        mentorships.*,
        int_programme_months.month,
        int_programme_months.month_end,
        mentorships.runs_until > int_programme_months.month_end
            as is_running_at_month_end
    from mentorships
    inner join int_programme_months
        on
            mentorships.starts_on <= int_programme_months.month_end
            and mentorships.runs_until >= int_programme_months.month
),

held_sessions as (
    select
        mentorship_key,
        {{ utc_date('held_at') }} as held_on
    from int_sessions_placed
    where status = 'held'
),

last_held as (
    select
        running.mentorship_key,
        running.mentee_key,
        running.month,
        max(held_sessions.held_on) as last_held_on
    from running
    inner join held_sessions
        on
            running.mentorship_key = held_sessions.mentorship_key
            and running.month_end >= held_sessions.held_on
    group by 1, 2, 3
),

first_goals as (
    select
        mentorship_key,
        min({{ utc_date('created_at') }}) as first_goal_on
    from stg_generic__goals
    group by 1
)

select
    running.mentorship_key,
    running.mentee_key,
    running.month,
    running.month_end,
    running.program,
    running.model,
    coalesce(int_person_months.organisation, 'unknown') as organisation,
    int_person_months.team,
    running.is_running_at_month_end,
    {{ days_between('running.starts_on', 'running.month_end') }} as days_since_start,
    {{ days_between(
        'coalesce(last_held.last_held_on, running.starts_on)', 'running.month_end'
    ) }} as days_since_session,
    last_held.last_held_on is not null as has_met,
    coalesce(first_goals.first_goal_on <= running.month_end, false) as has_goal
from running
left join last_held
    on
        running.mentorship_key = last_held.mentorship_key
        and running.mentee_key = last_held.mentee_key
        and running.month = last_held.month
left join first_goals
    on running.mentorship_key = first_goals.mentorship_key
left join int_person_months
    on
        running.mentee_key = int_person_months.person_key
        and running.month = int_person_months.month
