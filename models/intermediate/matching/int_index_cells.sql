{#-
    The key of every rung of both designs as one number, built from numbered classes: six
    small numbers compare faster than six sets of texts, and their order is nobody's.
-#}
with int_index_rows as (
    select * from {{ ref('int_index_rows') }}
),

level_classes as (
    select
        level_class,
        row_number() over (order by level_class) as level_number
    from int_index_rows
    group by 1
),

organisations as (
    select
        organisation,
        row_number() over (order by organisation) as organisation_number,
        count(*) over () + 1 as organisations_base
    from int_index_rows
    group by 1
),

numbered as (
    select
        int_index_rows.index_row_id,
        int_index_rows.person_id,
        int_index_rows.is_mentee,
        int_index_rows.organisation,
        int_index_rows.level,
        int_index_rows.job_family,
        int_index_rows.location,
        -- The level's number is the last but the month's, so no base is needed for it.
        (
            level_classes.level_number * cast(100000 as bigint)
            + int_index_rows.index_month_number
        ) as month_level,
        int_index_rows.tenure_band,
        int_index_rows.coarse_tenure_band,
        organisations.organisation_number,
        organisations.organisations_base,
        case int_index_rows.tercile
            when 'none' then 0
            else cast(int_index_rows.tercile as integer)
        end as tercile_number
    from int_index_rows
    inner join level_classes
        on int_index_rows.level_class = level_classes.level_class
    inner join organisations
        on int_index_rows.organisation = organisations.organisation
),

rungs as (
    select
        *,
        -- organisation 0: not in the key
        (month_level * 10 + tenure_band) * organisations_base + organisation_number
            as cell_b1,
        (month_level * 10 + tenure_band) * organisations_base as cell_b2,
        -- bands 6 to 8: the coarse ones
        (month_level * 10 + coarse_tenure_band + 5) * organisations_base as cell_b3
    from numbered
)

select
    index_row_id,
    person_id,
    is_mentee,
    organisation,
    level,
    job_family,
    location,
    cell_b1 * 5 + tercile_number as cell_a1,
    cell_b2 * 5 + tercile_number as cell_a2,
    cell_b3 * 5 + tercile_number as cell_a3,
    cell_b1 * 5 + 4 as cell_b1,
    cell_b2 * 5 + 4 as cell_b2,
    cell_b3 * 5 + 4 as cell_b3
from rungs
