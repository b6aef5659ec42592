with source as (
    select * from {{ raw_relation('generic__sessions') }}
),

renamed as (
    select
        -- ids
        mentorship_id as mentorship_key,
        mentor as mentor_name_key,
        mentee as mentee_name_key,
        -- text
        status,
        -- numbers
        duration_minutes,
        -- dates and times
        held_at
    from source
)

select * from renamed
