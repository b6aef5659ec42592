with source as (
    select * from {{ raw_relation('generic__case_studies') }}
),

renamed as (
    select
        -- ids
        story_id as story_key,
        mentorship_id as mentorship_key,
        -- text
        title,
        text as story_text,
        -- booleans
        consent as has_consent,
        -- dates and times
        published_at
    from source
)

select * from renamed
