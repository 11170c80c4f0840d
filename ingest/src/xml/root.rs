//! Finds the root element in the first bytes of a file, and says why there is none.

use quick_xml::encoding::{DetectedEncoding, detect_encoding};

/// What the first bytes lead to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Root<'t> {
    /// Something else than XML.
    NotXml,
    /// XML that is not read, and why: a stable slug, a colon, prose.
    Refused(String),
    /// The root element.
    Element {
        /// Its name.
        name: &'t str,
        /// The rest of its tag.
        tag: &'t str,
        /// What a DOCTYPE before it declares.
        doctype: Option<&'t str>,
        /// What stands behind the tag.
        content: &'t str,
    },
}

/// Finds the root element behind byte order mark, declaration, comments, instructions and a DOCTYPE.
pub(crate) fn root(text: &str, n_bytes: usize) -> Root<'_> {
    let mut rest = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}');
    let mut doctype = None;
    if rest.is_empty() {
        return Root::Refused(empty(n_bytes == 0));
    }
    if !rest.starts_with('<') {
        return Root::NotXml;
    }
    loop {
        rest = rest.trim_start();
        let after = if let Some(comment) = rest.strip_prefix("<!--") {
            comment.split_once("-->")
        } else if let Some(instruction) = rest.strip_prefix("<?") {
            instruction.split_once("?>")
        } else if let Some(declaration) = rest.strip_prefix("<!") {
            // An internal subset may hold `>`: nothing behind it is looked for, and no format here wants one.
            match declaration
                .strip_prefix("DOCTYPE")
                .and_then(|rest| rest.split_once('>'))
            {
                Some((declared, after)) if is_harmless(declared) && doctype.is_none() => {
                    doctype = Some(declared);
                    Some((declared, after))
                }
                _ => return Root::Refused(declared(declaration)),
            }
        } else if let Some(tag) = rest.strip_prefix('<') {
            let name = tag.split(|c: char| c.is_whitespace() || matches!(c, '>' | '/')).next();
            let (tag, content) = tag.split_once('>').unwrap_or((tag, ""));
            return match name.filter(|name| is_name(name)) {
                Some(name) => Root::Element {
                    name,
                    tag,
                    doctype,
                    content,
                },
                None => Root::Refused("not well-formed: no root element behind the first `<`".to_owned()),
            };
        } else {
            None
        };
        let Some((_, after)) = after else {
            return Root::Refused(format!("not well-formed: no root element in the first {n_bytes} bytes"));
        };
        rest = after;
    }
}

/// A DOCTYPE that only names a DTD, which nobody fetches: it declares no entity. .NET writes an empty `[]` behind it.
pub(crate) fn is_harmless(doctype: &str) -> bool {
    match doctype.split_once('[') {
        None => true,
        Some((_, subset)) => subset
            .trim_end()
            .strip_suffix(']')
            .is_some_and(|held| held.trim().is_empty()),
    }
}

/// Why a file without content is refused.
pub(crate) fn empty(has_no_bytes: bool) -> String {
    let what = if has_no_bytes { "no bytes" } else { "only white space" };
    format!("empty: {what}")
}

/// Why a file with a declaration like `DOCTYPE` (given without `<!`) is refused.
pub(crate) fn declared(declaration: &str) -> String {
    let word: String = declaration
        .chars()
        .take_while(char::is_ascii_alphabetic)
        .take(16)
        .collect();
    format!("doctype: a declaration `<!{word}` can pull in files and expand without bound, none is read")
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic() || matches!(c, '_' | ':'))
}

/// Decodes as far as a root element needs it: UTF-16, or anything that agrees with ASCII.
pub(crate) fn decode(head: &[u8]) -> String {
    let is_little_endian = match (detect_encoding(head), head) {
        (Some(DetectedEncoding::Utf16LeBom | DetectedEncoding::Utf16LeLike), _) | (None, [b'<', 0, ..]) => true,
        (Some(DetectedEncoding::Utf16BeBom | DetectedEncoding::Utf16BeLike), _) | (None, [0, b'<', ..]) => false,
        _ => return String::from_utf8_lossy(head).into_owned(),
    };
    let units = head.chunks_exact(2).map(|pair| {
        let pair = [pair[0], pair[1]];
        if is_little_endian {
            u16::from_le_bytes(pair)
        } else {
            u16::from_be_bytes(pair)
        }
    });
    char::decode_utf16(units)
        .map(|unit| unit.unwrap_or('\u{FFFD}'))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_doctype_that_declares_nothing_is_harmless() {
        for (doctype, expected) in [
            (" report PUBLIC '-//X//DTD//EN' 'x.dtd'", true),
            (" report SYSTEM 'x.dtd'[]", true),
            (" report [ \n] ", true),
            (" report [<!ENTITY a 'b'>]", false),
            (" report [<!ENTITY a 'b'", false),
            (" report [%x;]", false),
            (" report [][]", false),
        ] {
            assert_eq!(is_harmless(doctype), expected, "{doctype}");
        }
    }
}
