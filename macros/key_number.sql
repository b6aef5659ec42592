{#- A text key as a number of 64 bits that stands for it in groups and joins; null stays null. -#}
{% macro key_number(key) -%}
    {{ adapter.dispatch('key_number')(key) }}
{%- endmacro %}

{% macro default__key_number(key) -%}
    case when {{ key }} is not null then xxhash64({{ key }}) end
{%- endmacro %}

{% macro duckdb__key_number(key) -%}
    case when {{ key }} is not null then hash({{ key }}) end
{%- endmacro %}
