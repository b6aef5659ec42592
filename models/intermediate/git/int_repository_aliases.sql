{{ config(materialized='view') }}

with stg_git__pull_requests as (
    select * from {{ ref('stg_git__pull_requests') }}
)

-- Two repositories that claim one other name share it with nobody, and one that is
-- itself exported under that name keeps what is said of it.
select
    claims.repository_alias_key,
    min(claims.repository_key) as repository_key
from stg_git__pull_requests as claims
where
    claims.repository_alias_key is not null
    and not exists (
        select 1
        from stg_git__pull_requests as exported
        where exported.repository_key = claims.repository_alias_key
    )
group by 1
having count(distinct claims.repository_key) = 1
