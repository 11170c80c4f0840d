//! How S3 is asked: one client for a bucket, patient with a store that wants fewer requests.

use std::time::Duration;

use aws_credential_types::provider::{ProvideCredentials, error::CredentialsError, future};
use aws_sdk_s3::Client;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{
    BehaviorVersion, Config, Credentials, IdentityCache, Region, RequestChecksumCalculation, ResponseChecksumValidation,
};
use aws_sdk_s3::primitives::DateTime;
use chrono::DateTime as ChronoDateTime;
use domain::clock::Timestamp;
use lake::credentials::Credentials as Chain;
use lake::store::StoreOptions;

use super::failure::{Failure, Kind};
use super::place::Location;
use crate::error::{Error, Result};

/// How often one request is sent.
const ATTEMPTS: u32 = 8;
/// First pause before it is sent again; doubles, and is drawn at random below that.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(20);
/// Patience with one answer, and with the next bytes of one.
const CONNECT_WITHIN: Duration = Duration::from_secs(10);
const READ_WITHIN: Duration = Duration::from_secs(60);

/// The lake's own chain of credentials, for the library.
#[derive(Debug)]
struct Provider(Chain);

impl ProvideCredentials for Provider {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async move {
            let key = self.0.key().await.map_err(CredentialsError::provider_error)?;
            Ok(Credentials::new(
                key.id,
                key.secret,
                key.session_token,
                None,
                "plumbline",
            ))
        })
    }
}

/// Connects to the bucket, with settings by their AWS names; asks once whether it is there.
pub(crate) async fn connect(location: &Location, options: &StoreOptions, pause: Option<Duration>) -> Result<Client> {
    let bucket = &location.bucket;
    let setting = |names: &[&str]| {
        let found = options
            .iter()
            .find(|(name, value)| !value.is_empty() && names.contains(&name.to_ascii_lowercase().as_str()));
        found.map(|(_, value)| value.as_str())
    };
    let endpoint = setting(&["aws_endpoint_url_s3"]).or(setting(&["aws_endpoint_url", "aws_endpoint"]));
    let is_true = |text: Option<&str>| text.is_some_and(|text| matches!(text, "true" | "1"));
    if endpoint.is_some_and(|url| url.starts_with("http://")) && !is_true(setting(&["aws_allow_http"])) {
        return Err(Error::Usage(
            "the endpoint of S3 is not encrypted; set `AWS_ALLOW_HTTP` to `true` where that is meant".to_owned(),
        ));
    }
    let is_virtual_hosted = is_true(setting(&["aws_virtual_hosted_style_request"]));
    let region = setting(&["aws_region", "aws_default_region"]).unwrap_or("us-east-1");
    let retries = RetryConfig::standard()
        .with_max_attempts(ATTEMPTS)
        .with_initial_backoff(pause.unwrap_or(FIRST_PAUSE))
        .with_max_backoff(pause.unwrap_or(LONGEST_PAUSE));
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT_WITHIN)
        .read_timeout(READ_WITHIN)
        .build();
    let mut config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(region.to_owned()))
        .credentials_provider(Provider(Chain::open(bucket, options)?))
        // The chain keeps a key until shortly before it runs out, and knows when that is.
        .identity_cache(IdentityCache::no_cache())
        .retry_config(retries)
        .timeout_config(timeouts)
        // Bytes are digested here: a difference is a finding, not an error of the library.
        .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
        .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
        .force_path_style(endpoint.is_some() && !is_virtual_hosted);
    if let Some(endpoint) = endpoint {
        config = config.endpoint_url(endpoint);
    }
    let client = Client::from_conf(config.build());
    if let Err(error) = client.head_bucket().bucket(bucket).send().await {
        let status = error.raw_response().map(|response| response.status().as_u16());
        let region = error
            .raw_response()
            .and_then(|response| response.headers().get("x-amz-bucket-region"))
            .map(str::to_owned);
        let failure = Failure::of(error);
        let remote = |why: String| Err(Error::Remote(format!("`s3://{bucket}`: {why}")));
        match (failure.kind, status) {
            (Kind::Absent, _) => return remote("there is no such bucket".to_owned()),
            (_, Some(301 | 400)) => {
                let region = region.unwrap_or_else(|| "another region".to_owned());
                return remote(format!(
                    "it is in {region}: set `AWS_REGION`, or `region` under `[mirror.s3]`"
                ));
            }
            (Kind::Unreachable | Kind::RateLimited, _) => return remote(failure.to_string()),
            // What may be asked is seen when it is asked.
            _ => {}
        }
    }
    Ok(client)
}

/// An instant of S3's.
pub(crate) fn instant(at: &DateTime) -> Option<Timestamp> {
    ChronoDateTime::from_timestamp(at.secs(), at.subsec_nanos())
}
