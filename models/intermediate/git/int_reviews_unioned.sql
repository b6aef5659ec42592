{{ config(materialized='view') }}

{% set columns -%}
        repository_key,
        pull_request_number,
        reviewer_key,
        reviewer_is_bot,
        state,
        submitted_at
{%- endset %}

with stg_git__reviews as (
    select * from {{ ref('stg_git__reviews') }}
),

stg_generic__reviews as (
    select * from {{ ref('stg_generic__reviews') }}
),

unioned as (
    -- A review exported twice does no harm: only first moments are read.
    select
        {{ columns }}
    from stg_git__reviews
    union all
    select
        {{ columns }}
    from stg_generic__reviews
)

select * from unioned
