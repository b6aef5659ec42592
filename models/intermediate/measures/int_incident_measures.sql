with int_incidents_attributed as (
    select * from {{ ref('int_incidents_attributed') }}
),

int_incident_responses as (
    select * from {{ ref('int_incident_responses') }}
),

int_employment_spells as (
    select * from {{ ref('int_employment_spells') }}
),

int_data_ends as (
    select * from {{ ref('int_data_ends') }}
),

first_acknowledgements as (
    select
        incident_key,
        min(responded_at) as acknowledged_at
    from int_incident_responses
    where is_acknowledgement
    group by 1
),

-- What came after the end of the data is not known: those incidents are open.
answered as (
    select
        int_incidents_attributed.person_key,
        {{ month_start('int_incidents_attributed.opened_at') }} as month,
        {{ hours_between(
            'int_incidents_attributed.opened_at',
            'coalesce(int_incidents_attributed.acknowledged_at, '
            ~ 'first_acknowledgements.acknowledged_at)',
        ) }} as acknowledge_hours,
        case
            when
                {{ utc_date('int_incidents_attributed.resolved_at') }}
                <= int_data_ends.incidents_end
                then {{ hours_between(
                    'int_incidents_attributed.opened_at',
                    'int_incidents_attributed.resolved_at',
                ) }}
        end as resolve_hours
    from int_incidents_attributed
    left join first_acknowledgements
        on int_incidents_attributed.incident_key = first_acknowledgements.incident_key
    cross join int_data_ends
    where int_incidents_attributed.person_key is not null
),

answers as (
    select
        person_key,
        month,
        {% for phase in ['acknowledge', 'resolve'] -%}
            count(case when {{ phase }}_hours >= 0 then 1 end) as {{ phase }}_count,
            coalesce(
                sum(
                    case
                        when {{ phase }}_hours >= 0
                            then ln(greatest({{ phase }}_hours, 1.0 / 60))
                    end
                ), 0.0
            ) as {{ phase }}_log_hours_sum,
        {% endfor -%}
        0 as business_count,
        0 as off_count,
        0 as sleep_count,
        0 as heavy_weeks_count
    from answered
    group by 1, 2
),

homes as (
    select
        person_key,
        max(location) as location
    from int_employment_spells
    group by 1
),

pages as (
    select distinct
        int_incident_responses.person_key,
        int_incidents_attributed.opened_at
    from int_incident_responses
    inner join int_incidents_attributed
        on int_incident_responses.incident_key = int_incidents_attributed.incident_key
    where int_incident_responses.person_key is not null
),

followed as (
    select
        *,
        lag(opened_at) over (
            partition by person_key order by opened_at
        ) as paged_before_at
    from pages
),

-- Pages within a minute of the one before wake a person once.
interruptions as (
    select
        followed.person_key,
        {{ month_start('followed.opened_at') }} as month,
        cast({{ dbt.date_trunc('week', 'followed.opened_at') }} as date) as week,
        {{ hour_class(
            local_time('followed.opened_at', zone_of('homes.location'))
        ) }} as hour_class
    from followed
    inner join homes
        on followed.person_key = homes.person_key
    where
        followed.paged_before_at is null
        or {{ hours_between('followed.paged_before_at', 'followed.opened_at') }} * 3600
        > 60
),

classes as (
    select
        person_key,
        month,
        sum(case when hour_class = 'business' then 1 else 0 end) as business_count,
        sum(case when hour_class = 'off' then 1 else 0 end) as off_count,
        sum(case when hour_class = 'sleep' then 1 else 0 end) as sleep_count
    from interruptions
    group by 1, 2
),

-- A week belongs to the month of its first interruption.
heavy_weeks as (
    select
        person_key,
        week,
        min(month) as month
    from interruptions
    group by 1, 2
    having count(*) > 2
),

heavy_months as (
    select
        person_key,
        month,
        count(*) as heavy_weeks_count
    from heavy_weeks
    group by 1, 2
),

interrupted as (
    select
        classes.person_key,
        classes.month,
        0 as acknowledge_count,
        0.0 as acknowledge_log_hours_sum,
        0 as resolve_count,
        0.0 as resolve_log_hours_sum,
        classes.business_count,
        classes.off_count,
        classes.sleep_count,
        coalesce(heavy_months.heavy_weeks_count, 0) as heavy_weeks_count
    from classes
    left join heavy_months
        on
            classes.person_key = heavy_months.person_key
            and classes.month = heavy_months.month
),

unioned as (
    select * from answers
    union all
    select * from interrupted
)

select
    person_key,
    month,
    {% for name in ['acknowledge', 'resolve'] -%}
        cast(sum({{ name }}_count) as integer) as {{ name }}_count,
        sum({{ name }}_log_hours_sum) as {{ name }}_log_hours_sum,
    {% endfor -%}
    cast(sum(business_count) as integer) as business_count,
    cast(sum(off_count) as integer) as off_count,
    cast(sum(sleep_count) as integer) as sleep_count,
    cast(sum(heavy_weeks_count) as integer) as heavy_weeks_count
from unioned
group by 1, 2
