-- Each step of the flow selects from the one before; a step that gains people means
-- that someone is compared who never began.
with rpt_participant_flow as (
    select * from {{ ref('rpt_participant_flow') }}
),

steps as (
    select
        segment_dimension,
        segment_value,
        max(case when step = 'exported' then n end) as exported,
        max(case when step = 'began' then n end) as began,
        max(case when step = 'in_population' then n end) as in_population,
        max(case when step = 'has_baseline' then n end) as has_baseline,
        max(case when step = 'matched' then n end) as matched,
        max(case when step = 'with_outcome' then n end) as with_outcome,
        max(case when step = 'left_in_index_month' then n end) as left_early,
        max(case when step = 'onboarding' then n end) as onboarding
    from rpt_participant_flow
    group by 1, 2
)

select *
from steps
where
    began > exported
    or in_population > began
    or has_baseline + left_early + onboarding > in_population
    or matched > has_baseline
    or with_outcome > matched
