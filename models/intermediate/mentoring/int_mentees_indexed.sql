with int_mentorships_begun as (
    select * from {{ ref('int_mentorships_begun') }}
),

-- Only the first mentorship that really began counts; two that began on one day are
-- told apart without the key.
ordered as (
    select
        *,
        row_number() over (
            partition by person_key
            order by starts_on, program, model, assignment, source_file_id, source_row
        ) as place
    from int_mentorships_begun
)

select
    person_key,
    mentorship_key,
    starts_on as index_date,
    {{ month_start('starts_on') }} as index_month,
    coalesce(program, 'unknown') as program,
    coalesce(model, 'unknown') as model,
    coalesce(assignment, 'unknown') as assignment,
    cast(
        concat(
            extract(year from starts_on),
            case when extract(month from starts_on) <= 6 then '-H1' else '-H2' end
        ) as {{ dbt.type_string() }}
    ) as cohort
from ordered
where place = 1
