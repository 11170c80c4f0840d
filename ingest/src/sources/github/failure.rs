//! Why something could not be had, in words that a gap keeps.

use std::time::Duration;

use crate::error::Error;

/// Why a resource could not be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Failure {
    /// GitHub refuses it, and would again.
    Status { status: u16, message: String },
    /// It failed as often as it was asked for.
    Unreachable(String),
    /// What came is not of the form that it should have.
    Form(String),
    /// It leads to a host that is not on the list.
    ForeignHost(String),
    /// Its bytes are not those that GitHub names the digest of.
    Digest,
    /// It is larger than what is taken in.
    TooLarge,
    /// GitHub wants a longer pause than we make: everything else would have to wait as well.
    Limited(Duration),
}

impl Failure {
    /// A word for the column `reason` of `gaps`.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Status { status: 403 | 451, .. } => "forbidden",
            Self::Status { status: 404, .. } => "not_found",
            Self::Status { status: 410, .. } => "expired",
            Self::Status { .. } => "refused",
            Self::Unreachable(_) => "unreachable",
            Self::Form(_) => "malformed",
            Self::ForeignHost(_) => "foreign_host",
            Self::Digest => "digest_differs",
            Self::TooLarge => "too_large",
            Self::Limited(_) => "rate_limited",
        }
    }

    /// The error where nothing further can be asked.
    pub(crate) fn fatal(&self) -> Option<Error> {
        match self {
            Self::Status { status: 401, message } => Some(Error::Remote(format!(
                "GitHub refuses the credentials: {message}; give a token in `GITHUB_TOKEN`, or an App's id and key"
            ))),
            Self::Limited(pause) => Some(Error::Remote(format!(
                "GitHub's rate limit is used up for another {} minutes; what was fetched is in, run the command again then",
                pause.as_secs().div_ceil(60)
            ))),
            _ => None,
        }
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Status { status, message } => write!(f, "{status}: {message}"),
            Self::Unreachable(reason) | Self::Form(reason) => f.write_str(reason),
            Self::ForeignHost(host) => write!(f, "`{host}` is not on the list of download hosts"),
            Self::Digest => f.write_str("the bytes have another SHA-256 than GitHub names"),
            Self::TooLarge => f.write_str("it is larger than what is taken in"),
            Self::Limited(pause) => write!(f, "GitHub asks for a pause of {} s", pause.as_secs()),
        }
    }
}
