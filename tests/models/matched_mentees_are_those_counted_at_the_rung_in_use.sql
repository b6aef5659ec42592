-- Rows in equal rows out: the share of matched mentees that is published is that of the
-- mentees whose rows are compared.
with int_matched_rows as (
    select * from {{ ref('int_matched_rows') }}
),

int_matching_rungs as (
    select * from {{ ref('int_matching_rungs') }}
),

compared as (
    select
        design,
        segment_dimension,
        segment_value,
        rung,
        count(*) as mentees_count
    from int_matched_rows
    where is_mentee
    group by 1, 2, 3, 4
),

counted as (
    select
        design,
        segment_dimension,
        segment_value,
        rung,
        matched_count as mentees_count
    from int_matching_rungs
    where is_used and matched_count > 0
)

select
    coalesce(counted.segment_dimension, compared.segment_dimension) as dimension,
    coalesce(counted.segment_value, compared.segment_value) as segment_value,
    counted.mentees_count as mentees_counted,
    compared.mentees_count as mentees_compared
from counted
full join compared
    on
        counted.design = compared.design
        and counted.segment_dimension = compared.segment_dimension
        and counted.segment_value = compared.segment_value
        and counted.rung = compared.rung
where coalesce(counted.mentees_count <> compared.mentees_count, true)
