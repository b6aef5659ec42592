with int_person_months as (
    select * from {{ ref('int_person_months') }}
),

int_incidents_attributed as (
    select * from {{ ref('int_incidents_attributed') }}
),

int_teams_numbered as (
    select * from {{ ref('int_teams_numbered') }}
),

int_data_ends as (
    select * from {{ ref('int_data_ends') }}
),

stg_generic__services as (
    select * from {{ ref('stg_generic__services') }}
),

stg_generic__deployments as (
    select * from {{ ref('stg_generic__deployments') }}
),

-- Last twelve months of each team, and how much of its time was mentored people's.
teams as (
    select
        int_person_months.team_id,
        count(distinct int_person_months.person_id) as people_count,
        sum(int_person_months.exposure) as engineer_months,
        sum(int_person_months.incident_exposure) as incident_months,
        sum(int_person_months.exposure * int_person_months.mentored_share)
        / sum(int_person_months.exposure) as mentored_share
    from int_person_months
    cross join int_data_ends
    where
        int_person_months.team_id is not null
        and int_person_months.exposure > 0
        and int_person_months.month
        > {{ add_months(month_start('int_data_ends.as_of_date'), -12) }}
    group by 1
),

banded as (
    select
        *,
        ntile(3) over (order by mentored_share, team_id) as band
    from teams
),

-- A service is its owner's at that date; an incident may name the team itself.
incidents as (
    select
        coalesce(named.team_id, owners.team_id) as team_id,
        count(distinct int_incidents_attributed.incident_key) as incidents_count
    from int_incidents_attributed
    cross join int_data_ends
    left join int_teams_numbered as named
        on int_incidents_attributed.team_key = named.team_key
    left join stg_generic__services
        on
            int_incidents_attributed.service_key = stg_generic__services.service_key
            and {{ utc_date('int_incidents_attributed.opened_at') }}
            between coalesce(
                stg_generic__services.valid_from, cast('1900-01-01' as date)
            ) and coalesce(
                stg_generic__services.valid_to, cast('9999-12-31' as date)
            )
    left join int_teams_numbered as owners
        on stg_generic__services.team_key = owners.team_key
    where
        {{ month_start(utc_date('int_incidents_attributed.opened_at')) }}
        > {{ add_months(month_start('int_data_ends.as_of_date'), -12) }}
        and {{ utc_date('int_incidents_attributed.opened_at') }}
        <= int_data_ends.as_of_date
    group by 1
),

deployments as (
    select
        int_teams_numbered.team_id,
        stg_generic__deployments.service_key,
        stg_generic__deployments.deployed_at,
        stg_generic__deployments.status in ('failed', 'rolled_back') as is_failed,
        lag(stg_generic__deployments.deployed_at) over (
            partition by stg_generic__deployments.service_key
            order by stg_generic__deployments.deployed_at
        ) as previous_at
    from stg_generic__deployments
    cross join int_data_ends
    inner join stg_generic__services
        on
            stg_generic__deployments.service_key = stg_generic__services.service_key
            and {{ utc_date('stg_generic__deployments.deployed_at') }}
            between coalesce(
                stg_generic__services.valid_from, cast('1900-01-01' as date)
            ) and coalesce(
                stg_generic__services.valid_to, cast('9999-12-31' as date)
            )
    inner join int_teams_numbered
        on stg_generic__services.team_key = int_teams_numbered.team_key
    where
        stg_generic__deployments.status in ('succeeded', 'failed', 'rolled_back')
        and {{ month_start(utc_date('stg_generic__deployments.deployed_at')) }}
        > {{ add_months(month_start('int_data_ends.as_of_date'), -12) }}
        and {{ utc_date('stg_generic__deployments.deployed_at') }}
        <= int_data_ends.as_of_date
),

-- Spread on the scale of logarithms: releases a day apart and a month apart may both be
-- even.
releases as (
    select
        team_id,
        count(*) as deployments_count,
        avg(case when is_failed then 1.0 else 0.0 end) as failed_share,
        exp(
            stddev_samp(
                case
                    when deployed_at > previous_at
                        then ln({{ hours_between('previous_at', 'deployed_at') }})
                end
            )
        ) as release_spread
    from deployments
    group by 1
),

has_incidents as (
    select count(team_id) > 0 as is_known
    from incidents
),

team_values as (
    select
        'service_incident_rate' as measure,
        banded.band,
        banded.people_count,
        coalesce(incidents.incidents_count, 0) / banded.incident_months as team_value
    from banded
    cross join has_incidents
    left join incidents
        on banded.team_id = incidents.team_id
    where has_incidents.is_known and banded.incident_months > 0
    union all
    select
        'change_failure_share' as measure,
        banded.band,
        banded.people_count,
        releases.failed_share as team_value
    from banded
    inner join releases
        on banded.team_id = releases.team_id
    union all
    select
        'release_spread' as measure,
        banded.band,
        banded.people_count,
        releases.release_spread as team_value
    from banded
    inner join releases
        on banded.team_id = releases.team_id
    where releases.release_spread is not null and releases.deployments_count >= 5
    union all
    select
        'mentored_share' as measure,
        band,
        people_count,
        mentored_share as team_value
    from banded
),

-- The team is the unit: each counts once, and the interval is over teams.
bands as (
    select
        measure,
        band,
        avg(team_value) as value_mean,
        stddev_samp(team_value) / sqrt(count(*)) as standard_error,
        count(*) as teams_count,
        sum(people_count) as people_count
    from team_values
    group by 1, 2
)

select
    measure,
    case band when 1 then 'fewest' when 2 then 'some' else 'most' end as band,
    cast(value_mean as double) as measure_value,
    cast(value_mean - {{ var('critical_value') }} * standard_error as double) as ci_low,
    cast(value_mean + {{ var('critical_value') }} * standard_error as double)
        as ci_high,
    cast(teams_count as integer) as teams_count,
    cast(people_count as integer) as people_count
from bands
