//! Members that objects share, read leniently: what is missing or null is nothing.

use domain::clock::{Timestamp, parse_timestamp};
use serde::{Deserialize, Deserializer, Serialize};

/// Reads JSON, leniently: members that are missing or null are nothing.
pub(crate) fn parse<'a, T: Deserialize<'a>>(object: &'a [u8]) -> Result<T, String> {
    serde_json::from_slice(object).map_err(|error| error.to_string())
}

/// An instant; what is none is nothing.
pub(crate) fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    Ok(text.and_then(|text| parse_timestamp(&text).ok()))
}

/// A list; null is none.
pub(crate) fn list<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    Ok(Option::<Vec<T>>::deserialize(deserializer)?.unwrap_or_default())
}

/// What a row cannot be without.
pub(crate) fn needed<T>(value: Option<T>, member: &str) -> Result<T, String> {
    value.ok_or_else(|| format!("no `{member}`"))
}

/// Values as JSON; none is nothing.
pub(super) fn json_list<T: Serialize>(values: &[T]) -> Option<String> {
    if values.is_empty() {
        None
    } else {
        serde_json::to_string(values).ok()
    }
}

/// An account.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Login {
    pub(super) login: String,
}

/// The name of an account.
pub(super) fn login(account: Option<Login>) -> Option<String> {
    account.map(|account| account.login)
}

/// Something with a name.
#[derive(Debug, Deserialize)]
pub(super) struct Named {
    name: String,
}

/// Names as JSON.
pub(super) fn names(named: Vec<Named>) -> Option<String> {
    let names: Vec<_> = named.into_iter().map(|named| named.name).collect();
    json_list(&names)
}

/// Which repository.
#[derive(Debug, Deserialize)]
pub(super) struct RepositoryId {
    pub(super) id: i64,
    pub(super) full_name: Option<String>,
}
