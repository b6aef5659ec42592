with stg_generic__applications as (
    select * from {{ ref('stg_generic__applications') }}
),

int_identities_linked as (
    select * from {{ ref('int_identities_linked') }}
),

int_pairs_begun as (
    select * from {{ ref('int_pairs_begun') }}
),

int_programme_months as (
    select * from {{ ref('int_programme_months') }}
),

int_person_months as (
    select * from {{ ref('int_person_months') }}
),

applications as (
    select
        int_identities_linked.person_key,
        stg_generic__applications.program,
        {{ utc_date('stg_generic__applications.applied_at') }} as applied_on,
        max(
            case when stg_generic__applications.outcome = 'withdrawn' then 1 else 0 end
        ) = 1 as is_withdrawn
    from stg_generic__applications
    inner join int_identities_linked
        on
            stg_generic__applications.employee_key
            = int_identities_linked.identifier_key
    where int_identities_linked.person_key is not null
    group by 1, 2, 3
),

starts as (
    select distinct
        mentee_key,
        program,
        starts_on
    from int_pairs_begun
),

-- The first mentorship after it, in whichever programme: nobody is matched twice for
-- one application, and an office may move somebody to another programme.
matched as (
    select
        applications.person_key,
        applications.program,
        applications.applied_on,
        min(starts.starts_on) as matched_on
    from applications
    left join starts
        on
            applications.person_key = starts.mentee_key
            and applications.applied_on <= starts.starts_on
    where not applications.is_withdrawn
    group by 1, 2, 3
),

windowed as (
    select
        matched.*,
        int_programme_months.month,
        int_programme_months.month_end,
        case
            when matched.matched_on <= int_programme_months.month_end
                then matched.matched_on
        end as matched_by_then_on,
        coalesce(int_person_months.organisation, 'unknown') as organisation
    from matched
    inner join int_programme_months
        on
            matched.applied_on <= int_programme_months.month_end
            and {{ month_number(month_start('matched.applied_on')) }}
            > {{ month_number('int_programme_months.month') }} - 12
    left join int_person_months
        on
            matched.person_key = int_person_months.person_key
            and {{ month_start('matched.applied_on') }} = int_person_months.month
),

first_ends as (
    select
        mentee_key,
        min(starts_on) as first_starts_on,
        min(ended_on) as first_ended_on
    from int_pairs_begun
    group by 1
),

first_mentorships as (
    select
        first_ends.mentee_key,
        first_ends.first_ended_on,
        max(int_pairs_begun.program) as program,
        max(int_pairs_begun.model) as model
    from first_ends
    inner join int_pairs_begun
        on
            first_ends.mentee_key = int_pairs_begun.mentee_key
            and first_ends.first_starts_on = int_pairs_begun.starts_on
    where first_ends.first_ended_on is not null
    group by 1, 2
),

first_mentoring as (
    select
        mentor_key,
        min(starts_on) as mentors_since
    from int_pairs_begun
    group by 1
),

last_months as (
    select
        person_key,
        max(month) as last_month
    from int_person_months
    group by 1
),

-- Whoever mentored before is no mentee who becomes a mentor.
former_mentees as (
    select
        first_mentorships.*,
        first_mentoring.mentors_since,
        int_programme_months.month,
        int_programme_months.month_end,
        coalesce(int_person_months.organisation, 'unknown') as organisation,
        least(
            int_programme_months.month_end,
            coalesce(last_day(last_months.last_month), int_programme_months.month_end)
        ) as followed_until
    from first_mentorships
    inner join int_programme_months
        on
            int_programme_months.is_last_month
            and first_mentorships.first_ended_on < int_programme_months.month_end
    left join first_mentoring
        on first_mentorships.mentee_key = first_mentoring.mentor_key
    left join last_months
        on first_mentorships.mentee_key = last_months.person_key
    left join int_person_months
        on
            first_mentorships.mentee_key = int_person_months.person_key
            and {{ month_start('first_mentorships.first_ended_on') }}
            = int_person_months.month
    where
        first_mentoring.mentors_since is null
        or first_mentoring.mentors_since > first_mentorships.first_ended_on
)

select
    'unmatched_applicants' as measure,
    month,
    person_key as unit_key,
    person_key,
    program,
    cast(null as {{ dbt.type_string() }}) as model,
    organisation,
    case when matched_by_then_on is null then 1.0 else 0.0 end as amount,
    1.0 as base
from windowed
union all
-- Waiting goes on for whoever is not matched yet: followed, not left out.
select
    'time_to_match' as measure,
    month,
    concat(
        person_key, program, cast(applied_on as {{ dbt.type_string() }})
    ) as unit_key,
    person_key,
    program,
    cast(null as {{ dbt.type_string() }}) as model,
    organisation,
    {{ days_between(
        'applied_on', 'coalesce(matched_by_then_on, month_end)'
    ) }} as amount,
    case when matched_by_then_on is null then 0.0 else 1.0 end as base
from windowed
{% for measure in ['mentee_becomes_mentor', 'mentee_becomes_mentor_12'] -%}
    union all
    select
        '{{ measure }}' as measure,
        month,
        mentee_key as unit_key,
        mentee_key as person_key,
        program,
        model,
        organisation,
    {{ days_between(
        'first_ended_on', 'least(coalesce(mentors_since, followed_until), '
        ~ 'followed_until)',
    ) }} / 30.44 as amount,
        case when mentors_since <= followed_until then 1.0 else 0.0 end as base
    from former_mentees
    where followed_until >= first_ended_on
{% endfor -%}
