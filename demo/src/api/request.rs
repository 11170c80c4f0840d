//! What a request asks for: the parts of its path, its parameters, its page.

use url::form_urlencoded;

/// A request, decoded.
#[derive(Debug)]
pub(super) struct Request {
    /// The path as it was sent.
    pub(super) path: String,
    /// Its decoded parts.
    pub(super) segments: Vec<String>,
    /// Its parameters, in order.
    pub(super) query: Vec<(String, String)>,
}

/// Undoes percent encoding.
fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let mut ahead = rest.clone();
        let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
        if byte == b'%'
            && let (Some(high), Some(low)) = (digit(ahead.next()), digit(ahead.next()))
            && let Ok(decoded) = u8::try_from(high * 16 + low)
        {
            bytes.push(decoded);
            rest = ahead;
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

impl Request {
    /// Reads path and parameters.
    pub(super) fn read(target: &str) -> Self {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        Self {
            path: path.to_owned(),
            segments: path.split('/').filter(|part| !part.is_empty()).map(decode).collect(),
            query: form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
        }
    }

    /// A parameter that is not empty.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let found = self.query.iter().find(|(key, _)| key == name)?;
        Some(found.1.as_str()).filter(|value| !value.is_empty())
    }

    /// Tells whether a parameter, where it is given, is `value`.
    pub(super) fn allows(&self, name: &str, value: &str) -> bool {
        self.get(name).is_none_or(|wanted| wanted == value)
    }

    /// The page from 1, and how many entries it has.
    pub(super) fn page(&self) -> (usize, usize) {
        let number = |name: &str| self.get(name).and_then(|value| value.parse::<usize>().ok());
        let size = number("per_page").filter(|size| *size > 0).unwrap_or(30);
        (number("page").unwrap_or(1).max(1), size.min(100))
    }

    /// The same request for another page.
    pub(super) fn with_page(&self, page: usize) -> String {
        let mut written = form_urlencoded::Serializer::new(String::new());
        for (key, value) in self.query.iter().filter(|(key, _)| key != "page") {
            written.append_pair(key, value);
        }
        written.append_pair("page", &page.to_string());
        format!("{}?{}", self.path, written.finish())
    }
}
