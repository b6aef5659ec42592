with source as (
    select * from {{ raw_relation('generic__job_history') }}
),

renamed as (
    select
        -- ids
        employee_id as employee_key,
        team as team_key,
        manager_id as manager_key,
        _file_id as source_file_id,
        -- text
        event,
        level,
        job_family,
        org as organisation,
        -- numbers
        _row as source_row,
        -- dates and times
        effective_date as effective_on
    from source
)

select * from renamed
