with source as (
    select * from {{ raw_relation('accounts__accounts') }}
),

renamed as (
    select
        -- ids
        account as account_key,
        owner as owner_key
    from source
)

select * from renamed
