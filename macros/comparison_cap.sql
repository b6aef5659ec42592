{#-
    Most comparison rows kept in a matched cell, or none. The weights handle any number, so
    all are kept; only where that would make twenty million rows, those beyond a hundred a
    cell go: they cost memory and add no precision.
-#}
{% macro comparison_cap() -%}
    {%- set declared = var('comparison_cap') -%}
    {%- if declared or not execute or flags.WHICH not in ['build', 'run'] -%}
        {{ return(declared) }}
    {%- endif -%}
    {%- set counted = run_query(
        'select sum(comparison_rows) from ' ~ ref('int_matched_cells')
    ) -%}
    {{ return(100 if (counted.rows[0][0] or 0) > 20000000 else none) }}
{%- endmacro %}
