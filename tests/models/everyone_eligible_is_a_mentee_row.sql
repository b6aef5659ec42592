-- The flow and the frame of mentees must tell the same number of eligible mentees.
with rpt_participant_flow as (
    select * from {{ ref('rpt_participant_flow') }}
),

fct_mentee_rows as (
    select * from {{ ref('fct_mentee_rows') }}
),

framed as (
    select
        count(*) as mentees_count,
        sum(case when is_matched_a then 1 else 0 end) as matched_count
    from fct_mentee_rows
),

told as (
    select
        max(case when step = 'has_baseline' then n end) as mentees_count,
        max(case when step = 'matched' then n end) as matched_count
    from rpt_participant_flow
    where segment_dimension = 'all'
)

select
    framed.mentees_count as framed_count,
    told.mentees_count as told_count
from framed
cross join told
where
    framed.mentees_count <> told.mentees_count
    or framed.matched_count <> told.matched_count
