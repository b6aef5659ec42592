with source as (
    select * from {{ raw_relation('generic__mentorships') }}
),

renamed as (
    select
        -- ids
        mentorship_id as mentorship_key,
        mentor as mentor_name_key,
        mentee as mentee_name_key,
        _file_id as source_file_id,
        -- text
        program,
        model,
        status,
        assignment,
        end_reason,
        -- numbers
        _row as source_row,
        -- dates and times
        start_date as starts_on,
        end_date as ends_on
    from source
)

select * from renamed
