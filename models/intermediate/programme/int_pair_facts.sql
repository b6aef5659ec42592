{#- Measures of the pairs that run at a month's end: measure -> amount, condition. -#}
{% set quiet_days = var('quiet_after_days') %}
{% set measures = {
    'active_pairs': (
        'case when has_met and days_since_session < 30 then 1.0 else 0.0 end', 'true',
    ),
    'quiet_pairs': (
        'case when days_since_session >= ' ~ quiet_days ~ ' then 1.0 else 0.0 end',
        'days_since_start >= ' ~ quiet_days,
    ),
    'goal_coverage': (
        'case when has_goal then 1.0 else 0.0 end', 'days_since_start >= 60',
    ),
    'cross_team_links': ('is_other_team', 'is_other_team is not null'),
    'cross_organisation_links': (
        'is_other_organisation', 'is_other_organisation is not null',
    ),
} %}

with int_pair_months as (
    select * from {{ ref('int_pair_months') }}
    where is_running_at_month_end
),

int_pairs_begun as (
    select * from {{ ref('int_pairs_begun') }}
),

int_person_months as (
    select * from {{ ref('int_person_months') }}
),

stg_generic__mentors as (
    select * from {{ ref('stg_generic__mentors') }}
),

int_identities_linked as (
    select * from {{ ref('int_identities_linked') }}
),

links as (
    select
        int_pair_months.*,
        int_pairs_begun.mentor_key,
        coalesce(mentors.organisation, 'unknown') as mentor_organisation,
        case
            when mentors.team is null or int_pair_months.team is null
                then cast(null as double)
            when mentors.team <> int_pair_months.team then 1.0
            else 0.0
        end as is_other_team,
        case
            when
                mentors.organisation is null
                or int_pair_months.organisation = 'unknown'
                then cast(null as double)
            when mentors.organisation <> int_pair_months.organisation then 1.0
            else 0.0
        end as is_other_organisation
    from int_pair_months
    inner join int_pairs_begun
        on
            int_pair_months.mentorship_key = int_pairs_begun.mentorship_key
            and int_pair_months.mentee_key = int_pairs_begun.mentee_key
            and int_pair_months.month_end < int_pairs_begun.runs_until
    left join int_person_months as mentors
        on
            int_pairs_begun.mentor_key = mentors.person_key
            and int_pair_months.month = mentors.month
),

capacities as (
    select
        int_identities_linked.person_key,
        max(stg_generic__mentors.mentee_capacity_count) as mentee_capacity_count
    from stg_generic__mentors
    inner join int_identities_linked
        on stg_generic__mentors.employee_key = int_identities_linked.identifier_key
    group by 1
),

loads as (
    select
        links.mentor_key,
        links.month,
        count(distinct links.mentee_key) as mentees_count,
        -- What a mentor offers, else the limit of the settings, else nobody is over it.
        coalesce(
            max(capacities.mentee_capacity_count),
            {{ var('programme_targets')['mentor_load'] or 'null' }}
        ) as mentees_limit
    from links
    left join capacities
        on links.mentor_key = capacities.person_key
    group by 1, 2
)

{% for measure, (amount, condition) in measures.items() -%}
    select
        '{{ measure }}' as measure,
        month,
        concat(mentorship_key, mentee_key) as unit_key,
        mentee_key as person_key,
        program,
        model,
        organisation,
        {{ amount }} as amount,
        1.0 as base
    from links
    where {{ condition }}
    union all
{% endfor -%}
select
    'mentor_load' as measure,
    month,
    concat(mentor_key, mentee_key) as unit_key,
    mentor_key as person_key,
    program,
    model,
    mentor_organisation as organisation,
    1.0 as amount,
    1.0 as base
from links
union all
select
    'mentors_over_limit' as measure,
    links.month,
    links.mentor_key as unit_key,
    links.mentor_key as person_key,
    links.program,
    links.model,
    links.mentor_organisation as organisation,
    case when loads.mentees_count > loads.mentees_limit then 1.0 else 0.0 end as amount,
    1.0 as base
from links
inner join loads
    on
        links.mentor_key = loads.mentor_key
        and links.month = loads.month
where loads.mentees_limit is not null
