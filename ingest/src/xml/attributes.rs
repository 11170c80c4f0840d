//! Walks over the attributes of a tag, more tolerant than XML and without allocating.

use super::remarks::Remarks;

/// Attributes of one element that are looked at; the widest producer writes under 20.
const MAX_ATTRIBUTES: usize = 256;

/// Calls `take` with the local name and the raw value of each attribute of `raw`, the tag behind its name.
pub(crate) fn for_each<'a>(raw: &'a str, remarks: &mut Remarks, mut take: impl FnMut(&'a str, &'a str)) {
    let bytes = raw.as_bytes();
    let mut at = 0;
    let mut n = 0;
    loop {
        at = skip_spaces(bytes, at);
        if at >= bytes.len() {
            return;
        }
        n += 1;
        if n > MAX_ATTRIBUTES {
            remarks.add("too_many_attributes", || {
                format!("more than {MAX_ATTRIBUTES} in one element")
            });
            return;
        }
        let name_start = at;
        while at < bytes.len() && bytes[at] != b'=' && !bytes[at].is_ascii_whitespace() {
            at += 1;
        }
        let name = &raw[name_start..at];
        let value_start = skip_spaces(bytes, at);
        let mut value = None;
        if bytes.get(value_start) == Some(&b'=') {
            at = skip_spaces(bytes, value_start + 1);
            if let Some(quote @ (b'"' | b'\'')) = bytes.get(at) {
                let start = at + 1;
                let length = bytes[start..].iter().position(|byte| byte == quote);
                let end = length.map_or(bytes.len(), |length| start + length);
                value = Some(&raw[start..end]);
                at = end + 1;
            } else {
                while at < bytes.len() && !bytes[at].is_ascii_whitespace() {
                    at += 1;
                }
            }
        }
        match value {
            Some(value) if !name.is_empty() => {
                let local = name.rfind(':').map_or(name, |colon| &name[colon + 1..]);
                take(local, value);
            }
            _ => remarks.add("attribute_unreadable", || {
                format!("`{}`", raw[name_start..].chars().take(40).collect::<String>())
            }),
        }
    }
}

fn skip_spaces(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at).is_some_and(u8::is_ascii_whitespace) {
        at += 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_found_in_sloppy_tags() {
        for (raw, expected, n_warnings) in [
            (" name=\"a\" time='1.0' ", "name=a time=1.0", 0),
            ("a = \"b\"\n\tx:c=\"<<d>>'\"", "a=b c=<<d>>'", 0),
            ("a=\"b\"c=\"d\"", "a=b c=d", 0),
            ("text artifact a=1 b=\"2\"", "b=2", 3),
            ("a=\"open", "a=open", 0),
            ("=\"x\" é='ü'", "é=ü", 1),
        ] {
            let mut remarks = Remarks::default();
            let mut found = Vec::new();
            for_each(raw, &mut remarks, |name, value| found.push(format!("{name}={value}")));
            assert_eq!(found.join(" "), expected, "{raw}");
            assert_eq!(remarks.warnings.total(), n_warnings, "{raw}");
        }
        let mut remarks = Remarks::default();
        let mut n = 0;
        for_each(&"a='' ".repeat(1_000), &mut remarks, |_, _| n += 1);
        assert_eq!((n, remarks.warnings.total()), (256, 1));
    }
}
