with stg_generic__performance_reviews as (
    select * from {{ ref('stg_generic__performance_reviews') }}
),

int_identities_linked as (
    select * from {{ ref('int_identities_linked') }}
),

int_data_ends as (
    select * from {{ ref('int_data_ends') }}
),

best_ratings as (
    select max(rating) as best_rating
    from stg_generic__performance_reviews
    where rating_scale_max is null
),

scaled as (
    select
        int_identities_linked.person_key,
        stg_generic__performance_reviews.reviewed_on,
        max(
            stg_generic__performance_reviews.rating / nullif(
                coalesce(
                    stg_generic__performance_reviews.rating_scale_max,
                    best_ratings.best_rating
                ), 0
            )
        ) as scaled_rating
    from stg_generic__performance_reviews
    inner join int_identities_linked
        on
            stg_generic__performance_reviews.employee_key
            = int_identities_linked.identifier_key
    cross join best_ratings
    cross join int_data_ends
    where
        int_identities_linked.person_key is not null
        and stg_generic__performance_reviews.reviewed_on <= int_data_ends.hris_end
    group by 1, 2
)

select
    person_key,
    reviewed_on,
    -- The next rating takes over.
    lead(reviewed_on) over (
        partition by person_key order by reviewed_on
    ) as next_reviewed_on,
    scaled_rating
from scaled
