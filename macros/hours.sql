{#- Hours of the day where a person is. -#}

{#- A moment as the clock on the wall of a zone shows it. -#}
{% macro local_time(moment, zone) -%}
    {{ return(adapter.dispatch('local_time')(moment, zone)) }}
{%- endmacro %}

{% macro default__local_time(moment, zone) -%}
    timezone({{ zone }}, {{ moment }})
{%- endmacro %}

{% macro spark__local_time(moment, zone) -%}
    from_utc_timestamp({{ moment }}, {{ zone }})
{%- endmacro %}

{#- Zone of a location by the settings, else the zone of the settings. -#}
{% macro zone_of(location) -%}
    {%- set zones = var('location_time_zones') -%}
    {%- if zones -%}
        case {{ location }}
            {%- for place in zones %}
            when {{ text_literal(place) }} then {{ text_literal(zones[place]) }}
            {%- endfor %}
            else {{ text_literal(var('time_zone')) }}
        end
    {%- else -%}
        {{ text_literal(var('time_zone')) }}
    {%- endif -%}
{%- endmacro %}

{#-
    Class of a local moment: `business` is Monday to Friday from 08:00 to 18:00, `sleep` is
    every night from 22:00 to 08:00, `off` the rest.
-#}
{% macro hour_class(local_moment) -%}
    case
        when
            extract(hour from {{ local_moment }}) >= 22
            or extract(hour from {{ local_moment }}) < 8
            then 'sleep'
        when
            {{ iso_weekday(local_moment) }} <= 5
            and extract(hour from {{ local_moment }}) < 18
            then 'business'
        else 'off'
    end
{%- endmacro %}

{#- 1 for Monday to 7 for Sunday. -#}
{% macro iso_weekday(moment) -%}
    {{ return(adapter.dispatch('iso_weekday')(moment)) }}
{%- endmacro %}

{% macro default__iso_weekday(moment) -%}
    isodow({{ moment }})
{%- endmacro %}

{% macro spark__iso_weekday(moment) -%}
    weekday({{ moment }}) + 1
{%- endmacro %}
