with int_incidents_unioned as (
    select * from {{ ref('int_incidents_unioned') }}
),

int_incident_responses as (
    select * from {{ ref('int_incident_responses') }}
),

int_data_ends as (
    select * from {{ ref('int_data_ends') }}
),

known_incidents as (
    select int_incidents_unioned.*
    from int_incidents_unioned
    cross join int_data_ends
    where
        {{ utc_date('int_incidents_unioned.opened_at') }}
        <= int_data_ends.incidents_end
),

known_responses as (
    select int_incident_responses.*
    from int_incident_responses
    cross join int_data_ends
    where
        coalesce(
            {{ utc_date('int_incident_responses.responded_at') }}
            <= int_data_ends.incidents_end,
            true
        )
),

-- The first of the rules that names one person decides; a tie names nobody.
candidates as (
    select
        incident_key,
        responder_key,
        person_key,
        1 as rule,
        rank() over (
            partition by incident_key order by responded_at nulls last
        ) as place
    from known_responses
    where role = 'primary'
    union all
    select
        incident_key,
        responder_key,
        person_key,
        2 as rule,
        rank() over (partition by incident_key order by responded_at) as place
    from known_responses
    where is_acknowledgement
    union all
    select
        incident_key,
        responder_key,
        person_key,
        3 as rule,
        1 as place
    from known_responses
),

unambiguous as (
    select
        incident_key,
        rule,
        max(person_key) as person_key
    from candidates
    where place = 1
    group by 1, 2
    having count(distinct responder_key) = 1
),

deciding as (
    select
        incident_key,
        min(rule) as rule
    from unambiguous
    group by 1
)

select
    known_incidents.incident_key,
    known_incidents.source,
    known_incidents.severity,
    known_incidents.service_key,
    known_incidents.team_key,
    known_incidents.opened_at,
    known_incidents.acknowledged_at,
    known_incidents.resolved_at,
    unambiguous.person_key,
    case deciding.rule
        when 1 then 'primary'
        when 2 then 'first_acknowledger'
        when 3 then 'only_responder'
        else 'nobody'
    end as attribution
from known_incidents
left join deciding
    on known_incidents.incident_key = deciding.incident_key
left join unambiguous
    on
        deciding.incident_key = unambiguous.incident_key
        and deciding.rule = unambiguous.rule
