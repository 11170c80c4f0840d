//! Who asks S3: the one chain of credentials by which a lake is reached, also for those who read other buckets. Static
//! keys, a web identity's token, a container's, an instance's, in this order; renewed before they run out.

use std::fmt;

use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey, AwsCredentialProvider};

use crate::error::{Error, Result};
use crate::store::StoreOptions;

/// A chain of credentials.
#[derive(Clone)]
pub struct Credentials {
    provider: AwsCredentialProvider,
}

/// A key, valid for minutes at least.
#[derive(Clone)]
pub struct AccessKey {
    /// Its id.
    pub id: String,
    /// Its secret.
    pub secret: String,
    /// The token of a session, where it is one's.
    pub session_token: Option<String>,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").finish_non_exhaustive()
    }
}

impl fmt::Debug for AccessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessKey").finish_non_exhaustive()
    }
}

impl Credentials {
    /// The chain that these settings name, for `bucket`.
    pub fn open(bucket: &str, options: &StoreOptions) -> Result<Self> {
        let mut builder = AmazonS3Builder::new().with_bucket_name(bucket);
        for (name, value) in options {
            if let Ok(key) = name.to_ascii_lowercase().parse::<AmazonS3ConfigKey>() {
                builder = builder.with_config(key, value);
            }
        }
        let s3 = builder.build().map_err(|error| Error::Url {
            url: format!("s3://{bucket}"),
            reason: error.to_string(),
        })?;
        Ok(Self {
            provider: AwsCredentialProvider::clone(s3.credentials()),
        })
    }

    /// The key to sign with now.
    pub async fn key(&self) -> Result<AccessKey> {
        let credential = self.provider.get_credential().await.map_err(|source| Error::Store {
            path: "credentials".to_owned(),
            source: Box::new(source),
        })?;
        Ok(AccessKey {
            id: credential.key_id.clone(),
            secret: credential.secret_key.clone(),
            session_token: credential.token.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn static_keys_are_handed_on_and_never_shown() {
        let options = [
            ("AWS_ACCESS_KEY_ID", "an-id"),
            ("AWS_SECRET_ACCESS_KEY", "a-secret"),
            ("AWS_SESSION_TOKEN", "a-token"),
        ];
        let options = options.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let credentials = Credentials::open("mirror", &options).unwrap();
        let key = credentials.key().await.unwrap();
        assert_eq!(key.id, "an-id");
        assert_eq!(key.secret, "a-secret");
        assert_eq!(key.session_token.as_deref(), Some("a-token"));
        let shown = format!("{credentials:?} {key:?}");
        assert!(!shown.contains("a-secret") && !shown.contains("a-token"), "{shown}");
    }
}
