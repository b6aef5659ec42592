with source as (
    select * from {{ raw_relation('pagerduty__users') }}
),

renamed as (
    select
        -- ids
        pagerduty_user as user_key,
        email as email_key
    from source
)

select * from renamed
