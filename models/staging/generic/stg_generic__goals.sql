with source as (
    select * from {{ raw_relation('generic__goals') }}
),

renamed as (
    select
        -- ids
        goal_id as goal_key,
        mentorship_id as mentorship_key,
        -- text
        status,
        -- dates and times
        created_at,
        target_date as due_on,
        completed_at
    from source
)

select * from renamed
