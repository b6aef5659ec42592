with int_person_months as (
    select * from {{ ref('int_person_months') }}
),

held_ranks as (
    select distinct level_rank
    from int_person_months
    where level_rank is not null and is_in_population
)

select
    level_rank,
    cast(
        least(dense_rank() over (order by level_rank), 5) as integer
    ) as level_band,
    level_rank = max(level_rank) over () as is_top_rank
from held_ranks
