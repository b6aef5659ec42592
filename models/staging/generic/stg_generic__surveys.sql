with source as (
    select * from {{ raw_relation('generic__surveys') }}
),

renamed as (
    select
        -- ids
        mentorship_id as mentorship_key,
        question as question_key,
        -- text
        respondent_role,
        -- numbers
        score,
        scale_max as score_scale_max,
        -- dates and times
        answered_at
    from source
)

select * from renamed
