with stg_generic__employees as (
    select * from {{ ref('stg_generic__employees') }}
),

stg_generic__identities as (
    select * from {{ ref('stg_generic__identities') }}
),

stg_pagerduty__users as (
    select * from {{ ref('stg_pagerduty__users') }}
),

stg_accounts__accounts as (
    select * from {{ ref('stg_accounts__accounts') }}
),

stg_mailmap__addresses as (
    select * from {{ ref('stg_mailmap__addresses') }}
),

-- What the HRIS itself says. A keyed hash knows no kind: the same text gives the same
-- hash in every column, so an e-mail joins wherever it appears.
employee_names as (
    select distinct
        employee_key as identifier_key,
        employee_key as person_key,
        'employee_id' as method,
        1 as priority
    from stg_generic__employees
    union all
    select distinct
        email_key as identifier_key,
        employee_key as person_key,
        'email' as method,
        3 as priority
    from stg_generic__employees
    where email_key is not null
),

employee_priorities as (
    select
        identifier_key,
        min(priority) as priority
    from employee_names
    group by 1
),

known_employees as (
    select
        employee_names.identifier_key,
        max(employee_names.person_key) as person_key
    from employee_names
    inner join employee_priorities
        on
            employee_names.identifier_key = employee_priorities.identifier_key
            and employee_names.priority = employee_priorities.priority
    group by 1
    having count(distinct employee_names.person_key) = 1
),

-- An explicit mapping; it may name the employee by e-mail.
mapped_names as (
    select distinct
        stg_generic__identities.identifier_key,
        known_employees.person_key,
        'identities' as method,
        2 as priority
    from stg_generic__identities
    inner join known_employees
        on stg_generic__identities.employee_key = known_employees.identifier_key
),

employee_and_mapped_names as (
    select * from employee_names
    union all
    select * from mapped_names
),

-- A PagerDuty user id is a name for whoever has the user's e-mail.
user_names as (
    select distinct
        stg_pagerduty__users.user_key as identifier_key,
        employee_and_mapped_names.person_key,
        'pagerduty_user' as method,
        4 as priority
    from stg_pagerduty__users
    inner join employee_and_mapped_names
        on stg_pagerduty__users.email_key = employee_and_mapped_names.identifier_key
),

-- So is an account that single sign-on, a directory or another tool gives to an address
-- or an employee id.
account_names as (
    select distinct
        stg_accounts__accounts.account_key as identifier_key,
        employee_and_mapped_names.person_key,
        'account' as method,
        4 as priority
    from stg_accounts__accounts
    inner join employee_and_mapped_names
        on stg_accounts__accounts.owner_key = employee_and_mapped_names.identifier_key
),

stated_names as (
    select * from employee_and_mapped_names
    union all
    select * from user_names
    union all
    select * from account_names
),

-- Either of two addresses may be the one that the HRIS has.
mailmap_pairs as (
    select
        address_key as known_key,
        alias_key as identifier_key
    from stg_mailmap__addresses
    union all
    select
        alias_key as known_key,
        address_key as identifier_key
    from stg_mailmap__addresses
),

mailmap_names as (
    select distinct
        mailmap_pairs.identifier_key,
        stated_names.person_key,
        'mailmap' as method,
        5 as priority
    from mailmap_pairs
    inner join stated_names
        on mailmap_pairs.known_key = stated_names.identifier_key
),

all_names as (
    select * from stated_names
    union all
    select * from mailmap_names
),

best_priorities as (
    select
        identifier_key,
        min(priority) as priority
    from all_names
    group by 1
),

-- The most explicit method decides; where it names several people, nobody is linked: a
-- wrong merge is worse than a split.
linked as (
    select
        all_names.identifier_key,
        case
            when count(distinct all_names.person_key) = 1
                then max(all_names.person_key)
        end as person_key,
        max(all_names.method) as method,
        count(distinct all_names.person_key) as people_count
    from all_names
    inner join best_priorities
        on
            all_names.identifier_key = best_priorities.identifier_key
            and all_names.priority = best_priorities.priority
    group by 1
)

select
    identifier_key,
    person_key,
    method,
    people_count,
    people_count > 1 as is_ambiguous
from linked
