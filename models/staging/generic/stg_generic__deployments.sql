with source as (
    select * from {{ raw_relation('generic__deployments') }}
),

renamed as (
    select
        -- ids
        deployment_id as deployment_key,
        service as service_key,
        -- text
        status,
        pull_requests as pull_request_links,
        -- dates and times
        deployed_at
    from source
)

select * from renamed
