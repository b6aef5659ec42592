{#-
    A text key as a number of 64 bits that stands for it in groups and joins; null stays null.
    Two of a million keys share one in fewer than one of ten million organisations.
-#}
{% macro key_number(key) -%}
    {{ return(adapter.dispatch('key_number')(key)) }}
{%- endmacro %}

{% macro default__key_number(key) -%}
    case when {{ key }} is not null then hash({{ key }}) end
{%- endmacro %}

{% macro spark__key_number(key) -%}
    case when {{ key }} is not null then xxhash64({{ key }}) end
{%- endmacro %}
