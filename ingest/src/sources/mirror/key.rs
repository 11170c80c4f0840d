//! Which keys of KMS are ours. S3 cannot tell a key that a customer manages from one that AWS does; KMS could, and is not
//! asked: configuration names the keys instead, and what it does not name is unproven.

/// Keys that configuration names as managed by us: ARNs, or ids.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Keys {
    named: Vec<String>,
}

impl Keys {
    pub(crate) fn new(named: Vec<String>) -> Self {
        Self { named }
    }

    /// Who manages the key, by what is configured: `customer` or `unproven`; null where KMS does not encrypt.
    pub(crate) fn manager(&self, sse_algorithm: Option<&str>, key_id: Option<&str>) -> Option<String> {
        if !sse_algorithm?.starts_with("aws:kms") {
            return None;
        }
        let is_named = key_id.is_some_and(|key| self.named.iter().any(|named| is_same(named, key)));
        Some(if is_named { "customer" } else { "unproven" }.to_owned())
    }
}

/// Two ARNs are the same where they are equal, an id and an ARN where the ARN ends in it. An alias may be pointed
/// elsewhere, and names no key.
fn is_same(named: &str, key: &str) -> bool {
    let id = |text: &str| text.rsplit_once(":key/").map_or(text, |(_, id)| id).to_owned();
    let is_arn = |text: &str| text.starts_with("arn:");
    if is_arn(named) && is_arn(key) {
        return named == key;
    }
    !named.contains("alias/") && !key.contains("alias/") && id(named) == id(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_ours_only_where_configuration_names_it() {
        let arn = "arn:aws:kms:ca-central-1:111122223333:key/0f0e";
        let keys = Keys::new(vec![arn.to_owned()]);
        let manager = |algorithm, key| keys.manager(algorithm, key);
        assert_eq!(manager(Some("aws:kms"), Some(arn)).as_deref(), Some("customer"));
        assert_eq!(manager(Some("aws:kms:dsse"), Some("0f0e")).as_deref(), Some("customer"));
        let other_account = "arn:aws:kms:ca-central-1:444455556666:key/0f0e";
        assert_eq!(
            manager(Some("aws:kms"), Some(other_account)).as_deref(),
            Some("unproven")
        );
        assert_eq!(manager(Some("aws:kms"), None).as_deref(), Some("unproven"));
        assert_eq!(manager(Some("AES256"), None), None);
        assert_eq!(manager(None, Some(arn)), None);
    }

    #[test]
    fn an_alias_names_no_key() {
        let keys = Keys::new(vec!["alias/ours".to_owned()]);
        let manager = keys.manager(Some("aws:kms"), Some("alias/ours"));
        assert_eq!(manager.as_deref(), Some("unproven"));
    }
}
