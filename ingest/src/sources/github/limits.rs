//! What an answer means for the next request: go on, wait, or give up. GitHub's limits are obeyed, never probed.

use std::hash::{BuildHasher as _, RandomState};
use std::time::Duration;

use chrono::DateTime;
use http::HeaderMap;
use http::header::{DATE, HeaderName, RETRY_AFTER};

/// What GitHub asks for where it limits without a time: a minute, then longer.
const UNSAID: Duration = Duration::from_secs(60);
/// The first pause after an answer that broke; each further one is twice as long.
const BACKOFF: Duration = Duration::from_millis(250);
/// A pause after a broken answer is never longer.
const BACKOFF_MAX: Duration = Duration::from_secs(30);

/// What to do with an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Judgement {
    /// It is one.
    Good,
    /// GitHub limits us: everybody waits so long, then asks again.
    Limited(Duration),
    /// GitHub failed: this request waits so long, then asks again.
    Failed(Duration),
    /// Asking again would give the same.
    Refused,
}

/// Judges an answer; `tried` counts the requests before it, `message` is what a refusal says.
pub(crate) fn judge(status: u16, headers: &HeaderMap, message: &str, tried: u32) -> Judgement {
    match status {
        200..=399 => Judgement::Good,
        408 | 500..=599 => Judgement::Failed(backoff(tried)),
        403 | 429 if status == 429 || is_limit(headers, message) => Judgement::Limited(wait(headers, tried)),
        _ => Judgement::Refused,
    }
}

/// Whether a 403 is a limit; one that is none is a missing permission.
fn is_limit(headers: &HeaderMap, message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    headers.contains_key(RETRY_AFTER)
        || number(headers, &REMAINING) == Some(0)
        || message.contains("rate limit")
        || message.contains("abuse detection")
}

static REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
static RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

fn number(headers: &HeaderMap, name: &HeaderName) -> Option<i64> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
}

/// The answer's own time, in seconds of the epoch: a reset is read against the clock that set it.
pub(crate) fn date(headers: &HeaderMap) -> Option<i64> {
    let text = headers.get(DATE)?.to_str().ok()?;
    Some(DateTime::parse_from_rfc2822(text).ok()?.timestamp())
}

fn wait(headers: &HeaderMap, tried: u32) -> Duration {
    let seconds = |seconds: i64| Duration::from_secs(u64::try_from(seconds.max(1)).unwrap_or(1));
    if let Some(after) = number(headers, &RETRY_AFTER) {
        return seconds(after);
    }
    if let (Some(0), Some(reset), Some(date)) = (number(headers, &REMAINING), number(headers, &RESET), date(headers)) {
        return seconds(reset - date);
    }
    UNSAID.saturating_mul(2_u32.saturating_pow(tried))
}

/// Twice as long each time, with up to half of it drawn, so that requests that failed together do not return together.
pub(crate) fn backoff(tried: u32) -> Duration {
    let whole = BACKOFF.saturating_mul(2_u32.saturating_pow(tried)).min(BACKOFF_MAX);
    let drawn = RandomState::new().hash_one(tried) % 1_000;
    whole / 2 + whole.mul_f64(f64::from(u32::try_from(drawn).unwrap_or_default()) / 2_000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()))
            .collect()
    }

    #[test]
    fn a_limit_is_waited_out_as_long_as_github_says() {
        let seconds = |n| Judgement::Limited(Duration::from_secs(n));
        let date = ("date", "Wed, 01 Apr 2026 00:00:00 GMT");
        let cases = [
            (403, headers(&[("retry-after", "7")]), "", 0, seconds(7)),
            (429, headers(&[("retry-after", "7")]), "", 3, seconds(7)),
            // The reset is read against the answer's own date.
            (
                403,
                headers(&[
                    ("x-ratelimit-remaining", "0"),
                    ("x-ratelimit-reset", "1775001620"),
                    date,
                ]),
                "",
                0,
                seconds(20),
            ),
            // It is past: ask at once, but not without a pause.
            (
                403,
                headers(&[
                    ("x-ratelimit-remaining", "0"),
                    ("x-ratelimit-reset", "1774991620"),
                    date,
                ]),
                "",
                0,
                seconds(1),
            ),
            (
                403,
                headers(&[]),
                "You have exceeded a secondary rate limit.",
                0,
                seconds(60),
            ),
            (429, headers(&[("x-ratelimit-remaining", "4999")]), "", 2, seconds(240)),
        ];
        for (status, headers, message, tried, expected) in cases {
            assert_eq!(
                judge(status, &headers, message, tried),
                expected,
                "{status} {headers:?}"
            );
        }
    }

    #[test]
    fn a_refusal_is_not_asked_again() {
        for status in [401, 403, 404, 410, 422, 451] {
            let judged = judge(
                status,
                &headers(&[("x-ratelimit-remaining", "12")]),
                "Resource not accessible by integration",
                0,
            );
            assert_eq!(judged, Judgement::Refused, "{status}");
        }
        assert_eq!(judge(302, &headers(&[]), "", 0), Judgement::Good);
    }

    #[test]
    fn pauses_after_failures_grow_and_are_drawn() {
        for tried in 0..20 {
            let whole = BACKOFF.saturating_mul(2_u32.saturating_pow(tried)).min(BACKOFF_MAX);
            let drawn: Vec<_> = (0..50).map(|_| backoff(tried)).collect();
            assert!(drawn.iter().all(|pause| (whole / 2..=whole).contains(pause)));
            assert!(drawn.iter().any(|pause| *pause != drawn[0]));
        }
        assert!(matches!(judge(502, &headers(&[]), "", 1), Judgement::Failed(_)));
    }
}
