{#-
    Dates and durations. Everything that differs between engines is dispatched here, so
    the models read the same on DuckDB and on Spark.
-#}

{#- First day of the month that holds a date. -#}
{% macro month_start(day) -%}
    cast({{ dbt.date_trunc('month', day) }} as date)
{%- endmacro %}

{#- The date so many months later; the last day of a shorter month where needed. -#}
{% macro add_months(day, months) -%}
    cast({{ dbt.dateadd('month', months, day) }} as date)
{%- endmacro %}

{% macro add_days(day, days) -%}
    cast({{ dbt.dateadd('day', days, day) }} as date)
{%- endmacro %}

{#- Whole days from one date to another. -#}
{% macro days_between(first_day, second_day) -%}
    {{ dbt.datediff(first_day, second_day, 'day') }}
{%- endmacro %}

{#- Calendar day, in UTC, of a moment. The session's zone is UTC. -#}
{% macro utc_date(moment) -%}
    cast({{ moment }} as date)
{%- endmacro %}

{#- Months since year 0: consecutive months differ by one, so frames can count in months. -#}
{% macro month_number(day) -%}
    cast(extract(year from {{ day }}) * 12 + extract(month from {{ day }}) as integer)
{%- endmacro %}

{% macro days_in_month(day) -%}
    extract(day from last_day({{ day }}))
{%- endmacro %}

{#-
    Months from one date to another as a fraction: whole months, and days as a share of
    the month they lie in. Exact at month ends, where days / 30.44 would drift over a band.
-#}
{% macro months_between_dates(first_day, second_day) -%}
    (
        {{ month_number(second_day) }} - {{ month_number(first_day) }}
        + (extract(day from {{ second_day }}) - 1.0) / {{ days_in_month(second_day) }}
        - (extract(day from {{ first_day }}) - 1.0) / {{ days_in_month(first_day) }}
    )
{%- endmacro %}

{#- Hours from one moment to another, with their fraction. -#}
{% macro hours_between(first_moment, second_moment) -%}
    {{ return(adapter.dispatch('hours_between')(first_moment, second_moment)) }}
{%- endmacro %}

{% macro default__hours_between(first_moment, second_moment) -%}
    ((epoch({{ second_moment }}) - epoch({{ first_moment }})) / 3600.0)
{%- endmacro %}

{% macro spark__hours_between(first_moment, second_moment) -%}
    ((cast({{ second_moment }} as double) - cast({{ first_moment }} as double)) / 3600.0)
{%- endmacro %}

{#- One row per first of month from one month to another, both included. -#}
{% macro months_from_to(first_month, last_month) -%}
    {{ return(adapter.dispatch('months_from_to')(first_month, last_month)) }}
{%- endmacro %}

{% macro default__months_from_to(first_month, last_month) -%}
    cast(
        unnest(
            generate_series({{ first_month }}, {{ last_month }}, interval '1 month')
        ) as date
    )
{%- endmacro %}

{% macro spark__months_from_to(first_month, last_month) -%}
    explode(
        case
            when {{ first_month }} <= {{ last_month }}
                then sequence({{ first_month }}, {{ last_month }}, interval 1 month)
        end
    )
{%- endmacro %}

{#- Type of a moment in UTC. -#}
{% macro moment_type() -%}
    {{ return(adapter.dispatch('moment_type')()) }}
{%- endmacro %}

{% macro default__moment_type() -%}
    timestamptz
{%- endmacro %}

{% macro spark__moment_type() -%}
    timestamp
{%- endmacro %}
