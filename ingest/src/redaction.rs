//! Takes credentials out of payloads before they land: raw input is kept for ever, so it is never cleaned later.
//!
//! Finds tokens that carry their own mark. What looks like any other word (a password without context) stays.

use std::io::{BufRead, Write};
use std::sync::LazyLock;

use regex::bytes::{Captures, Regex};

use crate::scanner::Clean;

/// A match never reaches farther than this: the longest private key that is looked for.
const REACH: usize = 32 * 1024;
/// What is read at once.
const CHUNK: usize = 1 << 20;

/// Kinds of credentials and how they look; each is a named group of one expression.
const KINDS: &[(&str, &str)] = &[
    (
        "github_token",
        r"(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{22,255})",
    ),
    ("gitlab_token", r"glpat-[A-Za-z0-9_\-]{20,64}"),
    ("aws_access_key_id", r"(?:AKIA|ASIA)[A-Z0-9]{16}"),
    (
        "aws_secret_access_key",
        r#"(?:aws_secret_access_key|AWS_SECRET_ACCESS_KEY)["' ]{0,3}[=:]["' ]{0,3}[A-Za-z0-9/+]{40}"#,
    ),
    ("slack_token", r"xox[abeprs]-[A-Za-z0-9\-]{10,255}"),
    ("google_api_key", r"AIza[A-Za-z0-9_\-]{35}"),
    ("stripe_key", r"[rs]k_live_[A-Za-z0-9]{24,255}"),
    ("npm_token", r"npm_[A-Za-z0-9]{36}"),
    ("pypi_token", r"pypi-AgEI[A-Za-z0-9_\-]{50,}"),
    (
        "jwt",
        r"eyJ[A-Za-z0-9_\-]{10,}\.eyJ[A-Za-z0-9_\-]{10,}\.[A-Za-z0-9_\-]{10,}",
    ),
    ("private_key", r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----"),
];

#[expect(clippy::expect_used, reason = "the expression is fixed, and a test compiles it")]
static CREDENTIAL: LazyLock<Regex> = LazyLock::new(|| {
    let kinds: Vec<_> = KINDS.iter().map(|(name, form)| format!("(?P<{name}>{form})")).collect();
    regex::bytes::RegexBuilder::new(&format!("(?-u:{})", kinds.join("|")))
        .size_limit(64 << 20)
        .build()
        .expect("the expression is well-formed")
});

/// What a payload is, as far as it matters for what must be taken out of it.
#[derive(Debug, Clone, Copy)]
pub enum Content {
    /// The report of a scanner, which writes down what it found; and what takes that out.
    Scans(Clean),
    /// Anything else.
    Text,
}

/// Copies `input` to `output` without credentials; returns how many were taken out.
pub fn copy(input: &mut dyn BufRead, output: &mut dyn Write, content: Content) -> std::io::Result<i64> {
    let mut cleaning = Cleaning::new(output);
    let n = match content {
        Content::Scans(clean) => clean(input, &mut cleaning)?,
        Content::Text => {
            std::io::copy(input, &mut cleaning)?;
            0
        }
    };
    Ok(n + cleaning.finish()?)
}

/// Takes credentials out of a payload in memory; nothing where there is none.
pub fn redact(payload: &[u8], content: Content) -> Option<(Vec<u8>, i64)> {
    if matches!(content, Content::Text) && !CREDENTIAL.is_match(payload) {
        return None;
    }
    let mut redacted = Vec::with_capacity(payload.len());
    let n = copy(&mut &*payload, &mut redacted, content).ok()?;
    (n > 0).then_some((redacted, n))
}

/// Passes on what is written to it, without credentials.
struct Cleaning<'a> {
    output: &'a mut dyn Write,
    held: Vec<u8>,
    n: i64,
}

impl<'a> Cleaning<'a> {
    fn new(output: &'a mut dyn Write) -> Self {
        Self {
            output,
            held: Vec::with_capacity(CHUNK + REACH),
            n: 0,
        }
    }

    /// Passes on the rest; returns how many credentials were taken out in all.
    fn finish(mut self) -> std::io::Result<i64> {
        self.settle(self.held.len())?;
        Ok(self.n)
    }

    /// Passes on what is held before `settled`.
    fn settle(&mut self, settled: usize) -> std::io::Result<()> {
        let mut written = 0;
        for found in CREDENTIAL.captures_iter(&self.held) {
            let (start, end) = span(&found, &self.held);
            if start >= settled {
                break;
            }
            if start < written {
                continue;
            }
            self.output.write_all(&self.held[written..start])?;
            self.output.write_all(mark(&found).as_bytes())?;
            written = end;
            self.n += 1;
        }
        if written < settled {
            self.output.write_all(&self.held[written..settled])?;
            written = settled;
        }
        self.held.drain(..written);
        Ok(())
    }
}

impl Write for Cleaning<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let n = bytes.len().min(CHUNK);
        self.held.extend_from_slice(&bytes[..n]);
        if self.held.len() >= CHUNK + REACH {
            // What starts within reach of the end may go on in the next piece.
            self.settle(self.held.len() - REACH)?;
        }
        Ok(n)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Where the credential begins and ends; a private key ends with its end line, or with what can no longer be one.
fn span(found: &Captures<'_>, text: &[u8]) -> (usize, usize) {
    let Some(whole) = found.get(0) else { return (0, 0) };
    if found.name("private_key").is_none() {
        return (whole.start(), whole.end());
    }
    let rest = &text[whole.end()..text.len().min(whole.start() + REACH)];
    let body = rest.iter().position(|byte| !is_key_byte(*byte)).unwrap_or(rest.len());
    let end_line = rest[..body].windows(9).position(|window| window == b"-----END ");
    let end = match end_line {
        Some(at) => {
            let tail = &rest[at + 9..];
            at + 9
                + tail
                    .windows(5)
                    .position(|window| window == b"-----")
                    .map_or(0, |dashes| dashes + 5)
        }
        None => body,
    };
    (whole.start(), whole.end() + end)
}

/// Bytes of an armoured key, also with its line breaks written as `\n` or `&#10;`.
fn is_key_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'+' | b'/' | b'=' | b'-' | b'\n' | b'\r' | b' ' | b'\\' | b'&' | b'#' | b';' | b':' | b','
        )
}

fn mark(found: &Captures<'_>) -> String {
    let kind = KINDS
        .iter()
        .map(|(name, _)| *name)
        .find(|name| found.name(name).is_some())
        .unwrap_or("credential");
    format!("[redacted {kind}]")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Built at run time, so that no scanner finds them in the repository.
    fn secrets() -> Vec<(&'static str, String)> {
        let letters = "Ab1".repeat(60);
        vec![
            ("github_token", format!("{}_{}", "ghp", &letters[..36])),
            ("github_token", format!("{}_{}", "github_pat", &letters[..82])),
            ("gitlab_token", format!("{}-{}", "glpat", &letters[..20])),
            ("aws_access_key_id", format!("{}{}", "AKIA", "Q7".repeat(8))),
            (
                "aws_secret_access_key",
                format!("{} = {}", "aws_secret_access_key", &letters[..40]),
            ),
            ("slack_token", format!("{}-{}", "xoxb", &letters[..30])),
            ("google_api_key", format!("{}{}", "AIza", &letters[..35])),
            ("stripe_key", format!("{}_{}", "sk_live", &letters[..24])),
            ("npm_token", format!("{}_{}", "npm", &letters[..36])),
            ("pypi_token", format!("{}-AgEI{}", "pypi", &letters[..60])),
            (
                "jwt",
                format!(
                    "{}{}.{}{}.{}",
                    "eyJ",
                    &letters[..20],
                    "eyJ",
                    &letters[..30],
                    &letters[..40]
                ),
            ),
            (
                "private_key",
                format!(
                    "-----{} RSA PRIVATE KEY-----\n{}\n{}\n-----{} RSA PRIVATE KEY-----",
                    "BEGIN", letters, letters, "END"
                ),
            ),
        ]
    }

    #[test]
    fn every_kind_is_taken_out_and_its_surroundings_stay() {
        for (kind, secret) in secrets() {
            let text = format!("<system-out>before {secret} after</system-out>");
            let (redacted, n) =
                redact(text.as_bytes(), Content::Text).unwrap_or_else(|| panic!("{kind} was not found"));
            let expected = format!("<system-out>before [redacted {kind}] after</system-out>");
            assert_eq!(String::from_utf8(redacted).unwrap(), expected);
            assert_eq!(n, 1);
        }
        assert_eq!(redact(b"<testsuite name=\"pytest\"/>", Content::Text), None);
    }

    #[test]
    fn a_secret_across_two_chunks_is_taken_out() {
        for (kind, secret) in secrets() {
            for shift in [0, 1, secret.len() / 2, secret.len() - 1, secret.len()] {
                let mut text = vec![b'.'; CHUNK - shift];
                text.extend_from_slice(secret.as_bytes());
                text.resize(3 * CHUNK, b'.');
                let mut redacted = Vec::new();
                assert_eq!(
                    copy(&mut &*text, &mut redacted, Content::Text).unwrap(),
                    1,
                    "{kind} {shift}"
                );
                assert_eq!(
                    redacted.len(),
                    text.len() - secret.len() + format!("[redacted {kind}]").len()
                );
            }
        }
    }
}
