{#-
    What the last twelve months of the programme cost in hours, and what the estimates say
    it kept. Prices come from the settings; hours of waiting are never priced.
-#}
{% set money = var('costs')['currency'] or 'money' %}

with int_pairs_begun as (
    select * from {{ ref('int_pairs_begun') }}
),

int_programme_months as (
    select * from {{ ref('int_programme_months') }}
),

int_mentees_indexed as (
    select * from {{ ref('int_mentees_indexed') }}
),

int_person_months as (
    select * from {{ ref('int_person_months') }}
),

int_sessions_placed as (
    select * from {{ ref('int_sessions_placed') }}
),

rpt_impact_estimates as (
    select * from {{ ref('rpt_impact_estimates') }}
),

year as (
    select
        max(month_end) as ends_on,
        {{ add_months('max(month)', -11) }} as starts_on
    from int_programme_months
),

attended as (
    select
        mentorship_key,
        count(distinct mentor_key) as mentors_count,
        count(distinct mentee_key) as mentees_count
    from int_pairs_begun
    group by 1
),

-- A session whose length is unknown takes time as well: that of the others.
typical as (
    select avg(duration_minutes) / 60.0 as session_hours
    from int_sessions_placed
    where status = 'held'
),

hours as (
    select
        coalesce(
            sum(
                coalesce(
                    int_sessions_placed.duration_minutes / 60.0, typical.session_hours
                ) * attended.mentors_count
            ), 0.0
        ) as mentor_hours,
        coalesce(
            sum(
                coalesce(
                    int_sessions_placed.duration_minutes / 60.0, typical.session_hours
                ) * attended.mentees_count
            ), 0.0
        ) as mentee_hours
    from int_sessions_placed
    inner join attended
        on int_sessions_placed.mentorship_key = attended.mentorship_key
    cross join typical
    cross join year
    where
        int_sessions_placed.status = 'held'
        and {{ utc_date('int_sessions_placed.held_at') }}
        between year.starts_on and year.ends_on
),

started as (
    select
        int_mentees_indexed.person_key,
        int_mentees_indexed.index_month
    from int_mentees_indexed
    cross join year
    where int_mentees_indexed.index_date between year.starts_on and year.ends_on
),

started_counts as (
    select count(*) as mentees_count
    from started
),

merged as (
    select coalesce(sum(int_person_months.pr_merged_count), 0) as merged_count
    from started
    inner join int_person_months
        on
            started.person_key = int_person_months.person_key
            and started.index_month < int_person_months.month
            and {{ add_months('started.index_month', 6) }} >= int_person_months.month
),

headline as (
    select
        outcome,
        estimate,
        ci_low,
        ci_high,
        mentored_value
    from rpt_impact_estimates
    where
        comparison = 'matched'
        and is_headline
        and segment_dimension = 'all'
        and verdict in ('better', 'worse', 'no_clear_difference')
),

effects as (
    select
        max(case when outcome = 'retention' then estimate end) as staying,
        max(case when outcome = 'retention' then ci_low end) as staying_low,
        max(case when outcome = 'retention' then ci_high end) as staying_high,
        -- Hours a pull request waits less; below zero where the ratio is above one.
        max(
            case
                when outcome = 'pr_cycle_time' then mentored_value * (1 / estimate - 1)
            end
        ) as waiting,
        max(
            case
                when outcome = 'pr_cycle_time' then mentored_value * (1 / ci_high - 1)
            end
        ) as waiting_low,
        max(
            case
                when outcome = 'pr_cycle_time' then mentored_value * (1 / ci_low - 1)
            end
        ) as waiting_high
    from headline
),

-- One row: everything that the measures are made of.
inputs as (
    select
        started_counts.mentees_count * 1.0 as mentees_count,
        hours.mentor_hours,
        hours.mentee_hours,
        hours.mentor_hours * {{ price('mentor_hour') }}
        + hours.mentee_hours * {{ price('mentee_hour') }} as cost,
        effects.staying * started_counts.mentees_count as kept,
        effects.staying_low * started_counts.mentees_count as kept_low,
        effects.staying_high * started_counts.mentees_count as kept_high,
        effects.waiting * merged.merged_count as waiting,
        effects.waiting_low * merged.merged_count as waiting_low,
        effects.waiting_high * merged.merged_count as waiting_high
    from started_counts
    cross join hours
    cross join effects
    cross join merged
),

measured as (
    {% for measure, unit, middle, low, high in [
        ('mentees_started', 'people', 'mentees_count', 'null', 'null'),
        ('mentor_hours', 'hours', 'mentor_hours', 'null', 'null'),
        ('mentee_hours', 'hours', 'mentee_hours', 'null', 'null'),
        ('price_mentor_hour', money, price('mentor_hour'), 'null', 'null'),
        ('price_mentee_hour', money, price('mentee_hour'), 'null', 'null'),
        ('price_leaver', money, price('leaver'), 'null', 'null'),
        ('programme_cost', money, 'cost', 'null', 'null'),
        ('leavers_avoided', 'people', 'kept', 'kept_low', 'kept_high'),
        (
            'value_of_staying', money, 'kept * ' ~ price('leaver'),
            'kept_low * ' ~ price('leaver'), 'kept_high * ' ~ price('leaver'),
        ),
        (
            'net_return', money, 'kept * ' ~ price('leaver') ~ ' - cost',
            'kept_low * ' ~ price('leaver') ~ ' - cost',
            'kept_high * ' ~ price('leaver') ~ ' - cost',
        ),
        ('waiting_hours', 'hours', 'waiting', 'waiting_low', 'waiting_high'),
    ] -%}
        select
            '{{ measure }}' as measure,
            {{ text_literal(unit) }} as unit,
            cast({{ middle }} as double) as estimate,
            cast({{ low }} as double) as ci_low,
            cast({{ high }} as double) as ci_high,
            cast(mentees_count as integer) as people_count
        from inputs
        {{ 'union all' if not loop.last }}
    {% endfor -%}
)

select
    measure,
    unit,
    estimate,
    ci_low,
    ci_high,
    people_count
from measured
