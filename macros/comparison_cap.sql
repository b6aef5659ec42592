{#-
    Most comparison rows kept in a matched cell, or none. The weights handle any number,
    so all are kept; only where the risk set passes a million rows (some 30,000 people over
    three years) rows beyond a hundred a cell cost memory and add no precision.
-#}
{% macro comparison_cap() -%}
    {%- set declared = var('comparison_cap') -%}
    {%- if declared or not execute or flags.WHICH not in ['build', 'run'] -%}
        {{ return(declared) }}
    {%- endif -%}
    {%- set counted = run_query('select count(*) from ' ~ ref('int_index_rows')) -%}
    {{ return(100 if counted.rows[0][0] > 1000000 else none) }}
{%- endmacro %}
