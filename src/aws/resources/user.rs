//! Users of a user pool, read with ListUsers. Unlike AdminGetUser, it doesn't make a user a monthly
//! active user, which AWS bills.

use aws_sdk_cognitoidentityprovider::types::{DeliveryMediumType, UserStatusType, UserType};
use cogmig_core::call::CallError;
use cogmig_core::sample;
use cogmig_core::text::on_one_line;
use cogmig_core::users::ListedUser;
use rules::decision::{OldUser, Status};

use crate::aws::account::Account;

/// The first page of the users that match the filter, or of all users.
///
/// # Errors
/// The call fails.
pub async fn page(
    account: &Account,
    pool: &str,
    filter: Option<String>,
) -> Result<Vec<ListedUser>, CallError> {
    let request = account
        .cognito
        .list_users()
        .user_pool_id(pool)
        .limit(sample::USERS)
        .set_filter(filter);
    let answer = account.call("cognito-idp:ListUsers", request.send());
    let users = answer.await?.users.unwrap_or_default();
    Ok(users.into_iter().map(listed).collect())
}

fn listed(user: UserType) -> ListedUser {
    let status = user.user_status.as_ref();
    let status = status.map_or("", UserStatusType::as_str);
    let options = user.mfa_options();
    let by_sms = Some(&DeliveryMediumType::Sms);
    let has_sms_mfa = options
        .iter()
        .any(|option| option.delivery_medium() == by_sms);
    ListedUser {
        status: on_one_line(status),
        created: user.user_create_date.map(|date| date.secs()),
        changed: user.user_last_modified_date.map(|date| date.secs()),
        user: OldUser {
            enabled: user.enabled,
            status: Status::of_name(status),
            has_mfa: !options.is_empty(),
            has_sms_mfa,
            username: user.username.unwrap_or_default(),
            attributes: user
                .attributes
                .unwrap_or_default()
                .into_iter()
                .map(|one| (one.name, one.value.unwrap_or_default()))
                .collect(),
        },
    }
}
