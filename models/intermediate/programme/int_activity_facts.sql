with int_pairs_begun as (
    select * from {{ ref('int_pairs_begun') }}
),

int_pair_months as (
    select * from {{ ref('int_pair_months') }}
),

int_programme_months as (
    select * from {{ ref('int_programme_months') }}
),

int_person_months as (
    select * from {{ ref('int_person_months') }}
),

int_sessions_placed as (
    select * from {{ ref('int_sessions_placed') }}
),

stg_generic__goals as (
    select * from {{ ref('stg_generic__goals') }}
),

stg_generic__surveys as (
    select * from {{ ref('stg_generic__surveys') }}
),

mentees as (
    select
        mentorship_key,
        mentee_key,
        max(program) as program,
        max(model) as model,
        min(starts_on) as starts_on,
        max(ended_on) as ended_on,
        max(runs_until) as runs_until,
        max(case when is_completed then 1.0 else 0.0 end) as is_completed,
        max(end_reason) as end_reason
    from int_pairs_begun
    group by 1, 2
),

-- A circle's session is one session, whoever sits in it.
sessions as (
    select
        mentorship_key,
        concat(
            mentorship_key, cast(held_at as {{ dbt.type_string() }})
        ) as session_key,
        held_at,
        {{ utc_date('held_at') }} as planned_on,
        status = 'held' as is_held,
        duration_minutes
    from int_sessions_placed
),

followed_sessions as (
    select
        *,
        lag(planned_on) over (
            partition by mentorship_key, is_held order by held_at
        ) as previous_on
    from sessions
),

-- Everything that happened on a day, with whom it is about; `months` says how many
-- months' figures it counts in.
mentee_events as (
    select
        'cadence' as measure,
        mentees.mentorship_key,
        mentees.mentee_key,
        followed_sessions.session_key as unit_key,
        followed_sessions.planned_on as happened_on,
        1 as months,
        case when followed_sessions.is_held then 1.0 else 0.0 end as amount,
        1.0 as base
    from followed_sessions
    inner join mentees
        on followed_sessions.mentorship_key = mentees.mentorship_key
    union all
    select
        'days_between_sessions' as measure,
        mentees.mentorship_key,
        mentees.mentee_key,
        followed_sessions.session_key as unit_key,
        followed_sessions.planned_on as happened_on,
        1 as months,
        {{ days_between(
            'followed_sessions.previous_on', 'followed_sessions.planned_on'
        ) }} as amount,
        1.0 as base
    from followed_sessions
    inner join mentees
        on followed_sessions.mentorship_key = mentees.mentorship_key
    where
        followed_sessions.is_held
        and followed_sessions.previous_on is not null
    union all
    -- A goal reached on an unknown day is missing, not failed.
    select
        'goal_attainment' as measure,
        mentees.mentorship_key,
        mentees.mentee_key,
        stg_generic__goals.goal_key as unit_key,
        stg_generic__goals.due_on as happened_on,
        12 as months,
        case
            when
                stg_generic__goals.status = 'completed'
                and {{ utc_date('stg_generic__goals.completed_at') }}
                <= stg_generic__goals.due_on
                then 1.0
            else 0.0
        end as amount,
        1.0 as base
    from stg_generic__goals
    inner join mentees
        on stg_generic__goals.mentorship_key = mentees.mentorship_key
    where
        stg_generic__goals.status <> 'completed'
        or stg_generic__goals.completed_at is not null
    union all
    select
        case stg_generic__surveys.respondent_role
            when 'mentee' then 'feedback'
            when 'mentor' then 'feedback_mentors'
            else 'feedback_managers'
        end as measure,
        mentees.mentorship_key,
        mentees.mentee_key,
        concat(
            mentees.mentorship_key,
            cast(stg_generic__surveys.answered_at as {{ dbt.type_string() }}),
            stg_generic__surveys.question_key,
            cast(stg_generic__surveys.score as {{ dbt.type_string() }})
        ) as unit_key,
        {{ utc_date('stg_generic__surveys.answered_at') }} as happened_on,
        12 as months,
        stg_generic__surveys.score as amount,
        stg_generic__surveys.score_scale_max as base
    from stg_generic__surveys
    inner join mentees
        on stg_generic__surveys.mentorship_key = mentees.mentorship_key
    where
        stg_generic__surveys.respondent_role in ('mentee', 'mentor', 'manager')
        and stg_generic__surveys.score is not null
        and stg_generic__surveys.score_scale_max > 0
    union all
    select
        'match_completed' as measure,
        mentees.mentorship_key,
        mentees.mentee_key,
        concat(mentees.mentorship_key, mentees.mentee_key) as unit_key,
        mentees.ended_on as happened_on,
        12 as months,
        mentees.is_completed as amount,
        1.0 as base
    from mentees
    where mentees.ended_on is not null
    union all
    select
        'match_ended_early' as measure,
        mentees.mentorship_key,
        mentees.mentee_key,
        concat(mentees.mentorship_key, mentees.mentee_key) as unit_key,
        mentees.ended_on as happened_on,
        12 as months,
        1.0 - mentees.is_completed as amount,
        1.0 as base
    from mentees
    where mentees.ended_on is not null
    {% for reason in ['left', 'moved', 'no_time', 'no_fit', 'other'] -%}
        union all
        select
            'ended_{{ reason }}' as measure,
            mentees.mentorship_key,
            mentees.mentee_key,
            concat(mentees.mentorship_key, mentees.mentee_key) as unit_key,
            mentees.ended_on as happened_on,
            12 as months,
            case when mentees.end_reason = '{{ reason }}' then 1.0 else 0.0 end
                as amount,
            1.0 as base
        from mentees
        where
            mentees.ended_on is not null
            and mentees.is_completed = 0.0
            and mentees.end_reason is not null
    {% endfor -%}
),

doses as (
    select
        mentees.mentorship_key,
        mentees.mentee_key,
        {{ add_months('mentees.starts_on', 6) }} as happened_on,
        count(sessions.planned_on) as amount
    from mentees
    left join sessions
        on
            mentees.mentorship_key = sessions.mentorship_key
            and sessions.is_held
            and mentees.starts_on <= sessions.planned_on
            and {{ add_months('mentees.starts_on', 6) }} > sessions.planned_on
    group by 1, 2, 3
),

events as (
    select * from mentee_events
    union all
    select
        'dose' as measure,
        mentorship_key,
        mentee_key,
        concat(mentorship_key, mentee_key) as unit_key,
        happened_on,
        12 as months,
        amount,
        1.0 as base
    from doses
),

places as (
    select
        person_key,
        month,
        organisation
    from int_person_months
),

placed as (
    select
        events.*,
        mentees.program,
        mentees.model,
        coalesce(places.organisation, 'unknown') as organisation
    from events
    inner join mentees
        on
            events.mentorship_key = mentees.mentorship_key
            and events.mentee_key = mentees.mentee_key
    left join places
        on
            events.mentee_key = places.person_key
            and {{ month_start('events.happened_on') }} = places.month
),

-- Answers name nobody, so in a circle one answers for all.
responses as (
    select
        int_pair_months.mentorship_key,
        int_pair_months.mentee_key,
        int_pair_months.program,
        int_pair_months.model,
        int_programme_months.month,
        max(int_pair_months.organisation) as organisation,
        max(
            case when stg_generic__surveys.answered_at is not null then 1.0 else 0.0 end
        ) as amount
    from int_pair_months
    inner join int_programme_months
        on
            int_pair_months.month <= int_programme_months.month
            and int_pair_months.month
            > {{ add_months('int_programme_months.month', -12) }}
    left join stg_generic__surveys
        on
            int_pair_months.mentorship_key = stg_generic__surveys.mentorship_key
            and stg_generic__surveys.respondent_role = 'mentee'
            and int_pair_months.month
            = {{ month_start(utc_date('stg_generic__surveys.answered_at')) }}
    group by 1, 2, 3, 4, 5
    having max(int_pair_months.days_since_start) >= 60
)

select
    placed.measure,
    int_programme_months.month,
    placed.unit_key,
    placed.mentee_key as person_key,
    placed.program,
    placed.model,
    placed.organisation,
    placed.amount,
    placed.base
from placed
inner join int_programme_months
    on
        placed.happened_on <= int_programme_months.month_end
        and {{ month_number(month_start('placed.happened_on')) }}
        > {{ month_number('int_programme_months.month') }} - placed.months
union all
select
    'feedback_response' as measure,
    month,
    concat(mentorship_key, mentee_key) as unit_key,
    mentee_key as person_key,
    program,
    model,
    organisation,
    amount,
    1.0 as base
from responses
union all
select
    'mentoring_hours' as measure,
    int_programme_months.month,
    sessions.session_key as unit_key,
    int_pairs_begun.mentor_key as person_key,
    int_pairs_begun.program,
    int_pairs_begun.model,
    coalesce(places.organisation, 'unknown') as organisation,
    sessions.duration_minutes / 60.0 as amount,
    1.0 as base
from sessions
inner join int_programme_months
    on
        sessions.planned_on between int_programme_months.month
        and int_programme_months.month_end
inner join int_pairs_begun
    on sessions.mentorship_key = int_pairs_begun.mentorship_key
left join places
    on
        int_pairs_begun.mentor_key = places.person_key
        and int_programme_months.month = places.month
where sessions.is_held and sessions.duration_minutes is not null
