{#- Most comparison rows kept for each mentee of a cell: the setting's, else what the data ask. -#}
{% macro comparison_cap() -%}
    {%- set asked = ref('int_comparison_cap') -%}
    {%- set declared = var('comparison_cap') -%}
    {%- if declared or not execute or flags.WHICH not in ['build', 'run'] -%}
        {{ return(declared) }}
    {%- endif -%}
    {{ return(run_query('select comparison_cap from ' ~ asked).rows[0][0]) }}
{%- endmacro %}
