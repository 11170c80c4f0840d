//! What an address asks for beside its path, and how every link keeps it.

use std::collections::BTreeMap;

use axum::extract::Query;
use axum::http::Uri;
use chrono::{Datelike as _, DurationRound as _, TimeDelta};
use domain::clock::{InvalidTimestamp, Timestamp, Window, format_timestamp, parse_timestamp};
use domain::identity::RepositoryName;
use query::answer::Question;

/// The parameters of an address, as written; a default is filled in when a question is made of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Selection {
    pub(crate) as_of: Option<Timestamp>,
    pub(crate) known_at: Option<Timestamp>,
    pub(crate) publication: Option<u64>,
    pub(crate) from: Option<Timestamp>,
    pub(crate) to: Option<Timestamp>,
    pub(crate) repositories: Vec<String>,
    /// Further parameters of the definition behind a page; other pages' links do not keep them.
    pub(crate) arguments: BTreeMap<String, String>,
    /// Page of a long list, from 1; other pages' links do not keep it.
    pub(crate) page: usize,
}

/// The instant that a live page shows at `now`: it moves every five minutes, so that what was computed once serves all.
pub(crate) fn live(now: Timestamp) -> Timestamp {
    now.duration_trunc(TimeDelta::minutes(5)).unwrap_or(now)
}

/// What in an address cannot be meant.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(crate) enum InvalidSelection {
    #[error("the query of the address cannot be read: write `?name=value&name=value`")]
    Query,
    #[error("there is no parameter `{name}` here: the parameters are {known}")]
    Unknown { name: String, known: String },
    #[error("`{name}` is given twice: give it once")]
    Twice { name: String },
    #[error("`{name}`: {source}")]
    Time {
        name: &'static str,
        source: InvalidTimestamp,
    },
    #[error("`{name}`: the year {year} is out of range: write an instant between 2000 and 2100")]
    Year { name: &'static str, year: i32 },
    #[error("`{name}`: `{text}` is not a number: write a whole number from 1")]
    Number { name: &'static str, text: String },
    #[error("`repository`: {0}")]
    Repository(#[from] domain::identity::InvalidIdentifier),
    #[error("`to` is given without `from`: give both, or only `from` for the span up to `as_of`")]
    NoFrom,
    #[error("the span is empty: `from` ({from}) must be before {to}")]
    Empty { from: String, to: String },
}

const NAMES: [&str; 6] = ["as_of", "known_at", "publication", "from", "to", "repository"];

impl Selection {
    /// Reads the query of an address whose page takes no further parameters.
    pub(crate) fn parse(query: Option<&str>) -> Result<Self, InvalidSelection> {
        Self::parse_with(query, &[])
    }

    /// Reads the query of an address whose page also takes `arguments`. An empty value, as a form sends, is none.
    pub(crate) fn parse_with(query: Option<&str>, arguments: &[String]) -> Result<Self, InvalidSelection> {
        let mut selection = Self {
            page: 1,
            ..Self::default()
        };
        let mut seen = Vec::new();
        for (name, value) in pairs(query)? {
            let value = value.trim();
            if value.is_empty() {
                continue;
            }
            if name != "repository" && seen.contains(&name) {
                return Err(InvalidSelection::Twice { name });
            }
            match name.as_str() {
                "as_of" => selection.as_of = Some(instant("as_of", value)?),
                "known_at" => selection.known_at = Some(instant("known_at", value)?),
                "publication" => selection.publication = Some(number("publication", value)?),
                "from" => selection.from = Some(instant("from", value)?),
                "to" => selection.to = Some(instant("to", value)?),
                "page" => {
                    let page = number("page", value)?;
                    selection.page = usize::try_from(page).unwrap_or(usize::MAX);
                }
                "repository" => {
                    let repository = RepositoryName::parse(value)?.as_str().to_owned();
                    if !selection.repositories.contains(&repository) {
                        selection.repositories.push(repository);
                    }
                }
                _ if arguments.contains(&name) => {
                    selection.arguments.insert(name.clone(), value.to_owned());
                }
                _ => {
                    let known = NAMES.iter().copied().chain(arguments.iter().map(String::as_str));
                    let known = known.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
                    return Err(InvalidSelection::Unknown { name, known });
                }
            }
            seen.push(name);
        }
        selection.repositories.sort();
        match (selection.from, selection.to) {
            (None, Some(_)) => Err(InvalidSelection::NoFrom),
            (Some(from), Some(to)) if from >= to => Err(empty(from, to)),
            _ => Ok(selection),
        }
    }

    /// Fills in `now` where no instant is asked.
    pub(crate) fn question(&self, now: Timestamp) -> Result<Question, InvalidSelection> {
        let as_of = self.as_of.unwrap_or_else(|| live(now));
        let window = self.from.map(|from| Window {
            from,
            to: self.to.unwrap_or(as_of),
        });
        if let Some(window) = window.filter(|window| window.from >= window.to) {
            return Err(empty(window.from, window.to));
        }
        Ok(Question {
            as_of,
            known_at: self.known_at,
            publication: self.publication,
            window,
            repositories: self.repositories.clone(),
            arguments: self.arguments.clone(),
        })
    }

    /// Tells whether the page can never change.
    pub(crate) fn is_pinned(&self) -> bool {
        self.as_of.is_some() && self.publication.is_some()
    }

    /// Tells whether rows are left out that another selection would show.
    pub(crate) fn is_narrowed(&self) -> bool {
        self.from.is_some() || !self.repositories.is_empty() || self.known_at.is_some()
    }

    /// The address of `path` with this selection, its parameters in one order.
    pub(crate) fn href(&self, path: &str) -> String {
        let mut query = Vec::new();
        let mut push = |name: &str, value: &str| query.push(format!("{}={}", encode(name), encode_value(value)));
        for (name, instant) in [("as_of", self.as_of), ("known_at", self.known_at)] {
            if let Some(instant) = instant {
                push(name, &format_timestamp(instant));
            }
        }
        if let Some(publication) = self.publication {
            push("publication", &publication.to_string());
        }
        for (name, instant) in [("from", self.from), ("to", self.to)] {
            if let Some(instant) = instant {
                push(name, &format_timestamp(instant));
            }
        }
        for repository in &self.repositories {
            push("repository", repository);
        }
        for (name, value) in &self.arguments {
            push(name, value);
        }
        if self.page > 1 {
            push("page", &self.page.to_string());
        }
        if query.is_empty() {
            return path.to_owned();
        }
        format!("{path}?{}", query.join("&"))
    }

    /// The same selection for another page.
    pub(crate) fn elsewhere(&self) -> Self {
        Self {
            arguments: BTreeMap::new(),
            page: 1,
            ..self.clone()
        }
    }

    /// The same selection, fixed to what was answered.
    pub(crate) fn pinned(&self, as_of: Timestamp, publication: u64) -> Self {
        Self {
            as_of: Some(as_of),
            publication: Some(publication),
            ..self.clone()
        }
    }

    /// The same selection of what is newest.
    pub(crate) fn unpinned(&self) -> Self {
        Self {
            as_of: None,
            publication: None,
            ..self.clone()
        }
    }

    /// The same instant and publication with nothing left out.
    pub(crate) fn cleared(&self) -> Self {
        Self {
            known_at: None,
            from: None,
            to: None,
            repositories: vec![],
            page: 1,
            ..self.clone()
        }
    }

    /// The same selection of one repository only.
    pub(crate) fn of_repository(&self, repository: &str) -> Self {
        Self {
            repositories: vec![repository.to_owned()],
            ..self.elsewhere()
        }
    }

    /// The same selection, one page of a list.
    pub(crate) fn at_page(&self, page: usize) -> Self {
        Self { page, ..self.clone() }
    }
}

fn pairs(query: Option<&str>) -> Result<Vec<(String, String)>, InvalidSelection> {
    let Some(query) = query else {
        return Ok(vec![]);
    };
    let uri: Uri = format!("/?{query}").parse().map_err(|_| InvalidSelection::Query)?;
    let Query(pairs) = Query::try_from_uri(&uri).map_err(|_| InvalidSelection::Query)?;
    Ok(pairs)
}

/// Years outside would overflow where weeks are subtracted, and are a slip of the pen anyway.
fn instant(name: &'static str, text: &str) -> Result<Timestamp, InvalidSelection> {
    let instant = parse_timestamp(text).map_err(|source| InvalidSelection::Time { name, source })?;
    match instant.year() {
        2000..=2100 => Ok(instant),
        year => Err(InvalidSelection::Year { name, year }),
    }
}

fn number(name: &'static str, text: &str) -> Result<u64, InvalidSelection> {
    let number = text.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| InvalidSelection::Number {
        name,
        text: text.to_owned(),
    })
}

fn empty(from: Timestamp, to: Timestamp) -> InvalidSelection {
    InvalidSelection::Empty {
        from: format_timestamp(from),
        to: format_timestamp(to),
    }
}

/// Writes a text as one segment of a path, or as one name or value of a query.
pub(crate) fn encode(text: &str) -> String {
    percent_encode(text, b"-._~")
}

/// A value of a query may hold `:` and `/`, which keeps instants and repositories legible.
fn encode_value(text: &str) -> String {
    percent_encode(text, b"-._~:/")
}

fn percent_encode(text: &str, kept: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || kept.contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selection_survives_its_link_in_one_order() {
        let query = "repository=o/b&to=2026-11-24&from=2026-11-10&repository=o/a&publication=7&known_at=2026-11-23&\
                     as_of=2026-11-24T01:02:03Z";
        let selection = Selection::parse(Some(query)).unwrap();
        let href = selection.href("/kpi/x");
        assert_eq!(
            href,
            "/kpi/x?as_of=2026-11-24T01:02:03Z&known_at=2026-11-23T00:00:00Z&publication=7&from=2026-11-10T00:00:00Z&\
             to=2026-11-24T00:00:00Z&repository=o/a&repository=o/b"
        );
        let again = Selection::parse(href.split_once('?').map(|(_, query)| query)).unwrap();
        assert_eq!(again, selection);
        assert_eq!(Selection::parse(Some("from=&to=&repository=")).unwrap().href("/"), "/");
    }

    #[test]
    fn what_cannot_be_meant_is_named() {
        let now = parse_timestamp("2026-11-24").unwrap();
        for (query, says) in [
            ("as_of=yesterday", "`as_of`: `yesterday` is not a time: write"),
            ("as_of=9999-01-01", "the year 9999 is out of range"),
            ("publication=-1", "`publication`: `-1` is not a number"),
            ("publication=0", "from 1"),
            ("repository=api", "owner/name"),
            ("to=2026-11-01", "`to` is given without `from`"),
            ("from=2026-11-10&to=2026-11-10", "the span is empty"),
            ("from=2027-01-01", "the span is empty"),
            ("repo=o/r", "there is no parameter `repo` here"),
            ("as_of=2026-11-24&as_of=2026-11-23", "given twice"),
        ] {
            let error = Selection::parse(Some(query))
                .and_then(|selection| selection.question(now))
                .unwrap_err();
            assert!(error.to_string().contains(says), "{query}: {error}");
        }
    }

    #[test]
    fn a_link_holds_any_text() {
        assert_eq!(encode("a/b c?ü"), "a%2Fb%20c%3F%C3%BC");
    }
}
