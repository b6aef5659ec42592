{{ config(materialized='view') }}

with stg_git__pull_requests as (
    select * from {{ ref('stg_git__pull_requests') }}
)

-- Two repositories that claim one other name share it with nobody.
select
    repository_alias_key,
    min(repository_key) as repository_key
from stg_git__pull_requests
where repository_alias_key <> repository_key
group by 1
having count(distinct repository_key) = 1
