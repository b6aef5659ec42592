with int_mentorships_begun as (
    select * from {{ ref('int_mentorships_begun') }}
),

-- The first mentorship that really began sets the date; two that began on one day are
-- told apart without the key.
ordered as (
    select
        *,
        row_number() over (
            partition by person_key
            order by starts_on, program, model, assignment, source_file_id, source_row
        ) as place
    from int_mentorships_begun
),

-- All that began by the end of the index month, which the comparison starts from.
opened as (
    select
        ordered.person_key,
        max(coalesce(int_mentorships_begun.program, 'unknown')) as last_program,
        min(coalesce(int_mentorships_begun.program, 'unknown')) as first_program,
        max(coalesce(int_mentorships_begun.model, 'unknown')) as last_model,
        min(coalesce(int_mentorships_begun.model, 'unknown')) as first_model
    from ordered
    inner join int_mentorships_begun
        on
            ordered.person_key = int_mentorships_begun.person_key
            and {{ month_start('ordered.starts_on') }}
            = {{ month_start('int_mentorships_begun.starts_on') }}
    where ordered.place = 1
    group by 1
)

select
    ordered.person_key,
    ordered.mentorship_key,
    ordered.starts_on as index_date,
    {{ month_start('ordered.starts_on') }} as index_month,
    case
        when opened.first_program = opened.last_program then opened.first_program
        else 'several'
    end as program,
    case
        when opened.first_model = opened.last_model then opened.first_model
        else 'several'
    end as model,
    coalesce(ordered.assignment, 'unknown') as assignment,
    cast(
        concat(
            extract(year from ordered.starts_on),
            case
                when extract(month from ordered.starts_on) <= 6 then '-H1'
                else '-H2'
            end
        ) as {{ dbt.type_string() }}
    ) as cohort
from ordered
inner join opened
    on ordered.person_key = opened.person_key
where ordered.place = 1
