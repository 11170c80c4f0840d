//! A request, taken apart.

use percent_encoding::percent_decode_str;
use url::form_urlencoded;

/// What a client asks for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Request {
    /// `GET`.
    pub(crate) method: String,
    /// The path as it was sent.
    pub(crate) path: String,
    /// The parts of the path, decoded; an encoded slash does not part.
    pub(crate) segments: Vec<String>,
    /// The query, decoded, in its order.
    pub(crate) query: Vec<(String, String)>,
    /// The media type that the client wants.
    pub(crate) accept: String,
    /// By how many items a list has moved on since its first page was read.
    pub(crate) shift: usize,
}

impl Request {
    /// Takes a request apart.
    pub(crate) fn new(method: &str, path: &str, query: &str, accept: &str) -> Self {
        let decoded = |part: &str| percent_decode_str(part).decode_utf8_lossy().into_owned();
        Self {
            method: method.to_owned(),
            path: path.to_owned(),
            segments: path.split('/').filter(|part| !part.is_empty()).map(decoded).collect(),
            query: form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
            accept: accept.to_owned(),
            shift: 0,
        }
    }

    /// The value of a parameter, where it has one.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let (_, value) = self.query.iter().find(|(key, _)| key == name)?;
        (!value.is_empty()).then_some(value.as_str())
    }

    /// Tells whether a parameter is absent or has this value.
    pub(crate) fn allows(&self, name: &str, value: &str) -> bool {
        self.get(name).is_none_or(|wanted| wanted == value)
    }

    /// The page that is asked for.
    pub(crate) fn pager(&self) -> Pager {
        let number = |name| self.get(name).and_then(|text| text.parse::<usize>().ok());
        Pager {
            page: number("page").unwrap_or(1).clamp(1, 1_000_000),
            per_page: number("per_page").filter(|size| *size > 0).unwrap_or(30).min(100),
            shift: self.shift,
        }
    }

    /// The request's address with another value of one parameter.
    pub(crate) fn with(&self, api: &str, name: &str, value: &str) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (key, held) in self.query.iter().filter(|(key, _)| key != name) {
            query.append_pair(key, held);
        }
        query.append_pair(name, value);
        format!("{api}{}?{}", self.path, query.finish())
    }
}

/// A page of a list.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pager {
    /// From 1.
    pub(crate) page: usize,
    /// Items of a page.
    pub(crate) per_page: usize,
    /// By how many items the list has moved on.
    pub(crate) shift: usize,
}

impl Pager {
    /// Cuts the page out of its list.
    pub(crate) fn cut<'a, T>(&self, items: &'a [T]) -> &'a [T] {
        let from = ((self.page - 1) * self.per_page)
            .saturating_sub(self.shift)
            .min(items.len());
        let to = (self.page * self.per_page).saturating_sub(self.shift).min(items.len());
        items.get(from..to).unwrap_or_default()
    }

    /// The number of the last page.
    pub(crate) fn last(&self, n_items: usize) -> usize {
        (n_items + self.shift).div_ceil(self.per_page).max(1)
    }
}
