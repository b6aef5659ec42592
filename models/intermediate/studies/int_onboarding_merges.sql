with int_study_rows as (
    select * from {{ ref('int_study_rows') }}
),

int_employment_spells as (
    select * from {{ ref('int_employment_spells') }}
),

int_identities_linked as (
    select * from {{ ref('int_identities_linked') }}
),

int_pull_requests_timed as (
    select * from {{ ref('int_pull_requests_timed') }}
),

int_data_ends as (
    select * from {{ ref('int_data_ends') }}
),

new_hires as (
    select distinct
        person_id,
        spell_number
    from int_study_rows
    where study = 'onboarding'
),

logins as (
    select
        new_hires.person_id,
        new_hires.spell_number,
        int_employment_spells.starts_on,
        int_identities_linked.identifier_key
    from new_hires
    inner join int_employment_spells
        on
            new_hires.person_id = int_employment_spells.person_id
            and new_hires.spell_number = int_employment_spells.spell_number
    inner join int_identities_linked
        on int_employment_spells.person_key = int_identities_linked.person_key
),

-- Counted a day before anyone is looked up: a million pull requests have few authors.
author_days as (
    select
        author_key,
        {{ utc_date('merged_at') }} as merged_on,
        count(*) as merged_count
    from int_pull_requests_timed
    where merged_at is not null and not author_is_bot
    group by 1, 2
),

days as (
    select
        logins.person_id,
        logins.spell_number,
        author_days.merged_on,
        sum(author_days.merged_count) as merged_count
    from logins
    inner join author_days
        on
            logins.identifier_key = author_days.author_key
            and logins.starts_on <= author_days.merged_on
    group by 1, 2, 3
),

counted as (
    select
        *,
        sum(merged_count) over (
            partition by person_id, spell_number
            order by merged_on
            rows between unbounded preceding and current row
        ) as merged_by_then
    from days
),

reached as (
    select
        person_id,
        spell_number,
        min(merged_on) as first_merged_on,
        min(case when merged_by_then >= 10 then merged_on end) as tenth_merged_on
    from counted
    group by 1, 2
)

-- Times from the landmark of each row; below zero where reached before it.
select
    int_study_rows.index_row_id,
    {{ months_between_dates('int_study_rows.landmark', 'reached.first_merged_on') }}
        as first_merge_time,
    {{ months_between_dates('int_study_rows.landmark', 'reached.tenth_merged_on') }}
        as tenth_merge_time,
    {{ months_between_dates('int_study_rows.landmark', 'int_data_ends.git_end') }}
        as git_time
from int_study_rows
cross join int_data_ends
left join reached
    on
        int_study_rows.person_id = reached.person_id
        and int_study_rows.spell_number = reached.spell_number
where int_study_rows.study = 'onboarding'
