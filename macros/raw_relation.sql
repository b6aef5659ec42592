{#-
    A raw table as staging reads it: the current row per natural key or, when `known_at` is
    set, the rows that were current at that moment, out of the table and its history. A row
    counts from the moment it was loaded until the moment a newer one took its place.
-#}
{% macro raw_relation(table_name) -%}
    {%- set current = source('raw', table_name) -%}
    {%- set known_at = var('known_at') -%}
    {%- if not known_at or not execute -%}
        {{ current }}
    {%- else -%}
        {%- set history = api.Relation.create(
            database=current.database,
            schema=current.schema,
            identifier=current.identifier ~ '__history',
        ) -%}
        {%- set moment -%} cast('{{ known_at }}' as {{ moment_type() }}) {%- endset -%}
        {%- set names = adapter.get_columns_in_relation(current)
            | map(attribute='quoted') | join(', ') -%}
        (
            select {{ names }}
            from {{ current }}
            where _loaded_at <= {{ moment }}
            union all
            select {{ names }}
            from {{ history }}
            where _loaded_at <= {{ moment }} and _superseded_at > {{ moment }}
        )
    {%- endif -%}
{%- endmacro %}
