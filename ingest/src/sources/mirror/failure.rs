//! Why S3 did not answer, in words that a gap and a row keep.

use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};

use crate::error::Error;

/// Characters of S3's words that are kept.
const MESSAGE_MAX: usize = 300;

/// Which kind of failure it is; each has a word of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// We may not.
    Forbidden,
    /// There is none.
    Absent,
    /// It is kept in an archive and was not restored.
    Archived,
    /// The key that it is encrypted with is disabled, gone, or not ours to use.
    Undecryptable,
    /// This store does not know the question.
    Unsupported,
    /// It asked for slower requests as often as we asked.
    RateLimited,
    /// It failed as often as we asked.
    Unreachable,
    /// It refuses for another reason.
    Refused,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) kind: Kind,
    /// S3's code, where it gives one: the answer to a `HEAD` has none.
    code: Option<String>,
    message: String,
}

impl Failure {
    /// Reads what the library says.
    pub(crate) fn of<E>(error: SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let status = error.raw_response().map(|response| response.status().as_u16());
        let service = error.as_service_error();
        let code = service.and_then(ProvideErrorMetadata::code).map(str::to_owned);
        let said = service.and_then(ProvideErrorMetadata::message);
        let message = match (status, &code, said) {
            (Some(status), Some(code), Some(said)) => format!("{status} {code}: {said}"),
            (Some(status), Some(code), None) => format!("{status} {code}"),
            (Some(status), None, _) if service.is_some() => format!("status {status}"),
            _ => DisplayErrorContext(&error).to_string(),
        };
        let kind = match (status, code.as_deref()) {
            (_, Some("SlowDown" | "TooManyRequests" | "ThrottlingException" | "RequestLimitExceeded"))
            | (Some(429), _) => Kind::RateLimited,
            (_, Some("InvalidObjectState")) => Kind::Archived,
            (_, Some(code)) if code.starts_with("KMS.") => Kind::Undecryptable,
            (_, Some("NotImplemented" | "MethodNotAllowed")) | (Some(405 | 501), _) => Kind::Unsupported,
            (Some(401 | 403), _) => Kind::Forbidden,
            (Some(404), _) => Kind::Absent,
            (None | Some(200..300 | 500..), _) => Kind::Unreachable,
            _ => Kind::Refused,
        };
        Self {
            kind,
            code,
            message: bounded(&message),
        }
    }

    /// S3's code.
    pub(crate) fn code(&self) -> Option<&str> {
        self.code.as_deref()
    }

    /// One of our own.
    pub(crate) fn unreachable(message: &str) -> Self {
        Self {
            kind: Kind::Unreachable,
            code: None,
            message: bounded(message),
        }
    }

    /// A word for the column `reason` of `gaps`.
    pub(crate) fn reason(&self) -> &'static str {
        match self.kind {
            Kind::Forbidden => "forbidden",
            Kind::Absent => "not_found",
            Kind::Archived => "archived",
            Kind::Undecryptable => "undecryptable",
            Kind::Unsupported => "unsupported",
            Kind::RateLimited => "rate_limited",
            Kind::Unreachable => "unreachable",
            Kind::Refused => "refused",
        }
    }

    /// The error where nothing further can be asked: no such bucket, another region, keys that are none.
    pub(crate) fn fatal(&self, bucket: &str) -> Option<Error> {
        let advice = match self.code.as_deref()? {
            "NoSuchBucket" => "there is no such bucket",
            "PermanentRedirect" | "AuthorizationHeaderMalformed" | "IllegalLocationConstraintException" => {
                "it is in another region: set `AWS_REGION`, or `region` under `[mirror.s3]`"
            }
            "InvalidAccessKeyId" | "SignatureDoesNotMatch" | "ExpiredToken" | "InvalidToken" => {
                "S3 refuses the credentials: set `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`, or a role"
            }
            "RequestTimeTooSkewed" => "this machine's clock is wrong",
            _ => return None,
        };
        Some(Error::Remote(format!("`s3://{bucket}`: {advice} ({})", self.message)))
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

fn bounded(message: &str) -> String {
    message.chars().filter(|c| !c.is_control()).take(MESSAGE_MAX).collect()
}
