{#-
    How tables and views are built on DuckDB: the new one takes the place of the old one inside
    one transaction. dbt's own way (build under another name, rename the old one, rename the new
    one, drop the old one) compiles a macro for each of these steps, which takes longer than
    the whole statement does in most models.
-#}

{% materialization view, adapter='duckdb' -%}
    {%- set target = this.incorporate(type='view') -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {%- do make_room(load_cached_relation(this)) -%}
    {%- call statement('main') -%}
        {{ get_create_view_as_sql(target, sql) }}
    {%- endcall -%}
    {%- do finish_relation(target) -%}
    {{ return({'relations': [target]}) }}
{%- endmaterialization %}

{% materialization table, adapter='duckdb', supported_languages=['sql', 'python'] -%}
    {%- set target = this.incorporate(type='table') -%}
    {%- set language = model['language'] -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {%- if language == 'sql' -%}
        {%- do make_room(load_cached_relation(this)) -%}
        {%- call statement('main') -%}
            {{ create_table_as(False, target, compiled_code) }}
        {%- endcall -%}
    {%- else -%}
        {#- Python writes on a connection of its own, which does not see this transaction. -#}
        {%- set aside = make_intermediate_relation(target) -%}
        {%- do drop_relation_if_exists(load_cached_relation(aside)) -%}
        {%- call statement('main', language=language) -%}
            {{ create_table_as(False, aside, compiled_code, language) }}
        {%- endcall -%}
        {%- do make_room(load_cached_relation(this)) -%}
        {%- call statement('rename_aside') -%}
            alter table {{ aside }} rename to {{ adapter.quote(target.identifier) }}
        {%- endcall -%}
    {%- endif -%}
    {%- do finish_relation(target) -%}
    {{ return({'relations': [target]}) }}
{%- endmaterialization %}

{#- Drop what has a relation's name, in the transaction that builds the new one. -#}
{% macro make_room(existing) -%}
    {%- if existing is not none -%}
        {%- call statement('make_room') -%}
            drop {{ existing.type }} if exists {{ existing }} cascade
        {%- endcall -%}
    {%- endif -%}
{%- endmacro %}

{#- What dbt does with every new relation, then the end of the transaction. -#}
{% macro finish_relation(target) -%}
    {%- do create_indexes(target) -%}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {%- do persist_docs(target, model) -%}
    {%- do adapter.commit() -%}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
{%- endmacro %}
