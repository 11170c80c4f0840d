//! Answers: JSON, pages of lists with their `Link`, redirects and refusals in GitHub's shape.

use serde_json::{Map, Value, json};

use crate::api::request::Request;
use crate::api::view::View;

/// What an answer carries.
#[derive(Debug, Clone)]
pub(crate) enum Body {
    /// A document.
    Json(Value),
    /// Bytes with their media type.
    Raw(&'static str, Vec<u8>),
    /// Nothing.
    Empty,
}

/// An answer before the headers that every answer has.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    /// The status code.
    pub(crate) status: u16,
    /// What it carries.
    pub(crate) body: Body,
    /// Its own headers.
    pub(crate) headers: Vec<(&'static str, String)>,
}

impl Answer {
    /// A document.
    pub(crate) fn json(value: Value) -> Self {
        Self {
            status: 200,
            body: Body::Json(value),
            headers: Vec::new(),
        }
    }

    /// Bytes.
    pub(crate) fn raw(media: &'static str, bytes: Vec<u8>) -> Self {
        Self {
            status: 200,
            body: Body::Raw(media, bytes),
            headers: Vec::new(),
        }
    }

    /// 302 to another address.
    pub(crate) fn redirect(location: String) -> Self {
        Self {
            status: 302,
            body: Body::Empty,
            headers: vec![("location", location)],
        }
    }

    /// A refusal in GitHub's shape.
    pub(crate) fn refusal(status: u16, message: &str) -> Self {
        let document = json!({
            "message": message,
            "documentation_url": "https://docs.github.com/rest",
            "status": status.to_string(),
        });
        Self {
            status,
            body: Body::Json(document),
            headers: Vec::new(),
        }
    }

    /// 404.
    pub(crate) fn not_found() -> Self {
        Self::refusal(404, "Not Found")
    }

    /// The answer with one more header.
    pub(crate) fn with(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }

    /// A page of a list.
    pub(crate) fn list<T>(view: &View<'_>, request: &Request, items: &[T], render: impl Fn(&T) -> Value) -> Self {
        let page = request.pager().cut(items).iter().map(render).collect();
        Self::json(Value::Array(page)).linked(view, request, items.len())
    }

    /// A page of a list that GitHub wraps with its length.
    pub(crate) fn counted<T>(
        view: &View<'_>,
        request: &Request,
        key: &str,
        items: &[T],
        render: impl Fn(&T) -> Value,
    ) -> Self {
        let page = request.pager().cut(items).iter().map(render).collect();
        let mut document = Map::new();
        document.insert("total_count".to_owned(), json!(items.len()));
        document.insert(key.to_owned(), Value::Array(page));
        Self::json(Value::Object(document)).linked(view, request, items.len())
    }

    /// A page of a list that is walked by `after`, as GitHub does where it does not count pages.
    pub(crate) fn walked<T>(view: &View<'_>, request: &Request, items: &[T], render: impl Fn(&T) -> Value) -> Self {
        let per_page = request.pager().per_page;
        let cursor = |name| request.get(name).and_then(|text| text.parse::<usize>().ok());
        let from = match (cursor("after"), cursor("before")) {
            (Some(after), _) => after.min(items.len()),
            (None, Some(before)) => before.saturating_sub(per_page),
            (None, None) => 0,
        };
        let to = (from + per_page).min(items.len());
        let page = items.get(from..to).unwrap_or_default().iter().map(render).collect();
        let mut bare = request.clone();
        bare.query.retain(|(key, _)| key != "after" && key != "before");
        let mut links = Vec::new();
        if from > 0 {
            let address = bare.with(view.api, "before", &from.to_string());
            links.push(format!("<{address}>; rel=\"prev\""));
        }
        if to < items.len() {
            let address = bare.with(view.api, "after", &to.to_string());
            links.push(format!("<{address}>; rel=\"next\""));
        }
        let answer = Self::json(Value::Array(page));
        if links.is_empty() {
            return answer;
        }
        answer.with("link", links.join(", "))
    }

    /// The answer with the addresses of the other pages.
    fn linked(self, view: &View<'_>, request: &Request, n_items: usize) -> Self {
        let pager = request.pager();
        let last = pager.last(n_items);
        let mut links = Vec::new();
        let mut link = |relation: &str, page: usize| {
            let address = request.with(view.api, "page", &page.to_string());
            links.push(format!("<{address}>; rel=\"{relation}\""));
        };
        if pager.page > 1 {
            link("prev", (pager.page - 1).min(last));
        }
        if pager.page < last {
            link("next", pager.page + 1);
            link("last", last);
        }
        if pager.page > 1 {
            link("first", 1);
        }
        if links.is_empty() {
            return self;
        }
        self.with("link", links.join(", "))
    }
}
