//! Text of a file: read whole below a bound, cut for rows, without values that are named like a secret.

use std::io::{self, BufRead, Read as _};

use domain::source::{SourceStatus, Warnings};

use crate::document::Outline;
use crate::yaml::value::REDACTED;

/// Names and short texts are cut here, in characters.
pub(crate) const MAX_TEXT: usize = 500;
/// Texts of JSON are left out above this, in bytes.
pub(crate) const MAX_JSON: usize = 16 * 1024;

/// A file as text.
#[derive(Debug)]
pub(crate) struct Text {
    pub(crate) content: String,
    pub(crate) warnings: Warnings,
    /// The source was damaged behind this text.
    pub(crate) damage: Option<String>,
}

/// Reads a file of at most `max_bytes`, or says why it is refused. Fails only where `input` is lost.
pub(crate) fn read(input: &mut dyn BufRead, max_bytes: usize) -> io::Result<Result<Text, String>> {
    let mut bytes = Vec::new();
    let limit = u64::try_from(max_bytes).unwrap_or(u64::MAX).saturating_add(1);
    let mut damage = None;
    if let Err(error) = input.take(limit).read_to_end(&mut bytes) {
        match error.kind() {
            io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => damage = Some(format!("damaged: {error}")),
            _ => return Err(error),
        }
    }
    if bytes.len() > max_bytes {
        return Ok(Err(format!("too_large: more than {max_bytes} bytes")));
    }
    if bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF") {
        return Ok(Err("encoding: UTF-16, which GitHub does not read either".to_owned()));
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
    if bytes.trim_ascii().is_empty() {
        return Ok(Err(
            damage.unwrap_or_else(|| "empty: nothing but white space".to_owned())
        ));
    }
    let mut warnings = Warnings::default();
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(error) => {
            warnings.add("not_utf8", || format!("byte {}", error.valid_up_to()));
            String::from_utf8_lossy(bytes).into_owned()
        }
    };
    if text.contains('\0') {
        return Ok(Err("binary: a byte of value 0".to_owned()));
    }
    Ok(Ok(Text {
        content: text,
        warnings,
        damage,
    }))
}

/// What became of a file that gave no row.
pub(crate) fn refused(reason: String, warnings: Warnings) -> Outline {
    Outline {
        dialect: None,
        status: SourceStatus::Refused,
        reason: Some(reason),
        n_rows: 0,
        warnings,
    }
}

/// Cuts a text behind `max` characters.
pub(crate) fn cut(text: &str, max: usize) -> String {
    match text.char_indices().nth(max) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
    }
}

/// Whether what has this name may be a secret. Keys of caches are none.
pub(crate) fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase().replace('-', "_");
    let holds = |word: &str| name.contains(word);
    let ends = |word: &str| name == word || name.ends_with(&format!("_{word}"));
    [
        "token",
        "secret",
        "passw",
        "passphrase",
        "credential",
        "private_key",
        "ssh_key",
        "api_key",
        "apikey",
        "access_key",
    ]
    .iter()
    .any(|word| holds(word))
        || ["pat", "pwd", "auth"].iter().any(|word| ends(word))
}

/// A line of a shell without values that are named like a secret: `NAME=value`, `--name value`, `-u user:value`, and
/// what stands before the host of an address. What the shell or GitHub puts in (`$NAME`, `${{ … }}`) stays.
pub(crate) fn without_secrets(line: &str) -> String {
    let mut shown = String::with_capacity(line.len());
    let mut is_next_hidden = false;
    for word in line.split_inclusive(char::is_whitespace) {
        let body = word.trim_end();
        let space = word.get(body.len()..).unwrap_or_default();
        let bare = body.trim_matches(['"', '\'']);
        let is_put_in = bare.starts_with('$');
        let hidden = if std::mem::take(&mut is_next_hidden) && !body.is_empty() && !is_put_in {
            Some(REDACTED.to_owned())
        } else if let Some((name, value)) = body.split_once(['=', ':']).filter(|(_, value)| !value.is_empty()) {
            let separator = if body.len() > name.len() {
                body.get(name.len()..=name.len())
            } else {
                None
            };
            let value_of = value.trim_matches(['"', '\'']);
            if is_secret_name(name.trim_matches(['"', '\'', '-'])) && !value_of.starts_with('$') {
                Some(format!("{name}{}{REDACTED}", separator.unwrap_or("=")))
            } else {
                without_user(body)
            }
        } else {
            let flag = bare.trim_end_matches(':');
            is_next_hidden = matches!(flag, "-u" | "--user" | "-p" | "Bearer" | "bearer" | "Basic" | "basic")
                || (bare.starts_with("--") && is_secret_name(flag))
                || (bare.ends_with(':') && is_secret_name(flag));
            None
        };
        shown.push_str(hidden.as_deref().unwrap_or(body));
        shown.push_str(space);
    }
    shown
}

/// An address without user and password.
fn without_user(word: &str) -> Option<String> {
    let (scheme, rest) = word.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let (user, _) = host.rsplit_once('@')?;
    if user.starts_with('$') {
        return None;
    }
    let behind = rest.get(user.len()..)?;
    Some(format!("{scheme}://{REDACTED}{behind}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_are_named_like_secrets_are_left_out() {
        for (line, expected) in [
            ("make test", "make test"),
            (
                "export API_TOKEN=abc && make",
                "export API_TOKEN=[redacted secret] && make",
            ),
            ("TOKEN=$X make", "TOKEN=$X make"),
            ("DB_PASSWORD='a' ./x", "DB_PASSWORD=[redacted secret] ./x"),
            (
                "curl -u me:you https://a.example/x",
                "curl -u [redacted secret] https://a.example/x",
            ),
            ("curl -u $ME https://a.example", "curl -u $ME https://a.example"),
            (
                "login --password abc --user \"$U\"",
                "login --password [redacted secret] --user \"$U\"",
            ),
            (
                "curl -H 'Authorization: Bearer abc'",
                "curl -H 'Authorization: Bearer [redacted secret]",
            ),
            (
                "git clone https://u:p@h.example/a@b",
                "git clone https://[redacted secret]@h.example/a@b",
            ),
            (
                "git clone https://${T}@h.example/a",
                "git clone https://${T}@h.example/a",
            ),
            ("echo key=value é:ü", "echo key=value é:ü"),
        ] {
            assert_eq!(without_secrets(line), expected);
        }
    }

    #[test]
    fn keys_of_caches_and_paths_are_no_secrets() {
        for (name, expected) in [
            ("key", false),
            ("restore-keys", false),
            ("path", false),
            ("github-token", true),
            ("ssh-key", true),
            ("registry_password", true),
            ("role-to-assume", false),
            ("pat", true),
            ("compat", false),
        ] {
            assert_eq!(is_secret_name(name), expected, "{name}");
        }
    }

    #[test]
    fn a_text_is_cut_between_characters() {
        assert_eq!(cut("äöü", 3), "äöü");
        assert_eq!(cut("äöü", 2), "äö…");
        assert_eq!(cut("", 0), "");
    }
}
