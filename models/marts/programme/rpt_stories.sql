{{ config(materialized='view') }}

with stg_generic__case_studies as (
    select * from {{ ref('stg_generic__case_studies') }}
),

int_data_ends as (
    select * from {{ ref('int_data_ends') }}
)

select
    stg_generic__case_studies.title,
    stg_generic__case_studies.story_text,
    {{ utc_date('stg_generic__case_studies.published_at') }} as published_on
from stg_generic__case_studies
cross join int_data_ends
where
    stg_generic__case_studies.has_consent
    and stg_generic__case_studies.title is not null
    and {{ utc_date('stg_generic__case_studies.published_at') }}
    <= int_data_ends.as_of_date
