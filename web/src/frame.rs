//! What stands around every page: navigation, what was asked, the pin, the filter, the twins.

use domain::clock::{Timestamp, Window};
use query::answer::Asked;

use crate::format::{self, Moment};
use crate::selection::Selection;

/// Which entry of the navigation a page belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Section {
    Overview,
    Main,
    FlakyTests,
    Quarantine,
    Security,
    Reports,
    Ingest,
    Publications,
    None,
}

const NAVIGATION: [(Section, &str, &str); 8] = [
    (Section::Overview, "Overview", "/"),
    (Section::Main, "Main", "/main"),
    (Section::FlakyTests, "Flaky tests", "/list/flaky_tests"),
    (Section::Quarantine, "Quarantine", "/quarantine"),
    (Section::Security, "Security", "/security"),
    (Section::Reports, "Reports", "/reports"),
    (Section::Ingest, "Ingest", "/ingest"),
    (Section::Publications, "Publications", "/publications"),
];

/// A link with its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) text: String,
    pub(crate) href: String,
    pub(crate) is_current: bool,
}

impl Link {
    pub(crate) fn new(text: impl Into<String>, href: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            href: href.into(),
            is_current: false,
        }
    }
}

/// How firmly a page stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pin {
    /// It shows the newest.
    Newest,
    /// One of the two clocks is fixed, the other moves.
    Half,
    /// It never changes.
    Pinned,
}

/// A repository of the filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Choice {
    pub(crate) name: String,
    pub(crate) is_chosen: bool,
}

/// The frame of one page.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    /// Title of the window: the page's first message.
    pub(crate) title: String,
    pub(crate) section: Section,
    /// The page's own path, without a suffix.
    pub(crate) path: String,
    pub(crate) selection: Selection,
    /// What was answered; null where nothing was asked of the engine.
    pub(crate) asked: Option<Asked>,
    /// The page in other formats.
    pub(crate) twins: Vec<Link>,
    /// Whether the page depends on a window and repositories.
    pub(crate) has_filter: bool,
    repositories: Vec<String>,
}

impl Frame {
    /// A frame around a page that asked the engine nothing.
    pub(crate) fn new(title: impl Into<String>, section: Section, path: &str, selection: Selection) -> Self {
        Self {
            title: title.into(),
            section,
            path: path.to_owned(),
            selection,
            asked: None,
            twins: vec![],
            has_filter: false,
            repositories: vec![],
        }
    }

    /// The same frame with another title.
    pub(crate) fn titled(mut self, title: String) -> Self {
        self.title = title;
        self
    }

    /// The same frame around an answer.
    pub(crate) fn answering(mut self, asked: &Asked) -> Self {
        self.asked = Some(asked.clone());
        self
    }

    /// The same frame with a filter that offers `repositories`.
    pub(crate) fn filtering<'a>(mut self, repositories: impl IntoIterator<Item = &'a str>) -> Self {
        self.has_filter = true;
        let chosen = self.selection.repositories.iter().cloned();
        let mut names: Vec<String> = repositories.into_iter().map(str::to_owned).chain(chosen).collect();
        names.sort();
        names.dedup();
        self.repositories = names;
        self
    }

    /// The same frame with links to `base` in other formats.
    pub(crate) fn with_twins(mut self, base: &str, suffixes: &[&str]) -> Self {
        let twin = |suffix: &&str| {
            let href = self.selection.at_page(1).href(&format!("{base}.{suffix}"));
            Link::new(suffix.to_uppercase(), href)
        };
        self.twins = suffixes.iter().map(twin).collect();
        self
    }

    /// The address of another page with this page's selection.
    pub(crate) fn href(&self, path: &str) -> String {
        self.selection.elsewhere().href(path)
    }

    /// The address of a test's page.
    pub(crate) fn test_href(&self, test_id: &str) -> String {
        self.href(&format!("/tests/{}", crate::selection::encode(test_id)))
    }

    /// The entries of the navigation.
    pub(crate) fn navigation(&self) -> Vec<Link> {
        let entry = |(section, text, path): &(Section, &str, &str)| Link {
            is_current: *section == self.section,
            ..Link::new(*text, self.href(path))
        };
        NAVIGATION.iter().map(entry).collect()
    }

    /// How firmly the page stands.
    pub(crate) fn pin(&self) -> Pin {
        if self.selection.is_pinned() {
            Pin::Pinned
        } else if self.selection.as_of.is_some() || self.selection.publication.is_some() {
            Pin::Half
        } else {
            Pin::Newest
        }
    }

    /// The instant that the address names.
    pub(crate) fn as_of(&self) -> Option<Moment> {
        self.selection.as_of.map(Moment)
    }

    /// When the publication that was read was published.
    pub(crate) fn published(&self) -> Option<Moment> {
        self.asked.as_ref().and_then(|asked| asked.published_at).map(Moment)
    }

    /// The knowledge that was asked for.
    pub(crate) fn known_at(&self) -> Option<Moment> {
        self.asked.as_ref().and_then(|asked| asked.known_at).map(Moment)
    }

    /// The page pinned to what it shows; null while nothing is published.
    pub(crate) fn pin_href(&self) -> Option<String> {
        let asked = self.asked.as_ref().filter(|asked| asked.publication > 0)?;
        Some(self.selection.pinned(asked.as_of, asked.publication).href(&self.path))
    }

    /// The page of what is newest.
    pub(crate) fn unpin_href(&self) -> String {
        self.selection.unpinned().href(&self.path)
    }

    /// The page with no window and no repositories chosen.
    pub(crate) fn clear_href(&self) -> String {
        self.selection.cleared().href(&self.path)
    }

    /// Whether the visitor chose a window, repositories or a knowledge.
    pub(crate) fn is_narrowed(&self) -> bool {
        self.selection.is_narrowed()
    }

    /// The window in words.
    pub(crate) fn window(&self) -> String {
        self.asked
            .as_ref()
            .map(|asked| format::window(asked.window))
            .unwrap_or_default()
    }

    /// Whose rows, in words.
    pub(crate) fn scope(&self) -> String {
        match self.selection.repositories.as_slice() {
            [] => "all repositories".to_owned(),
            [one] => one.clone(),
            many => format!("{} repositories", many.len()),
        }
    }

    /// Parameters that a form must send along, since its fields do not show them.
    pub(crate) fn hidden(&self) -> Vec<(String, String)> {
        let mut hidden = Vec::new();
        for (name, instant) in [("as_of", self.selection.as_of), ("known_at", self.selection.known_at)] {
            if let Some(instant) = instant {
                hidden.push((name.to_owned(), format::exact(instant)));
            }
        }
        if let Some(publication) = self.selection.publication {
            hidden.push(("publication".to_owned(), publication.to_string()));
        }
        hidden.extend(self.selection.arguments.clone());
        hidden
    }

    /// The fields of the window: name, label, kind of input, value.
    pub(crate) fn window_fields(&self) -> [(&'static str, &'static str, &'static str, String); 2] {
        let field = |instant: Option<Timestamp>| match instant {
            None => ("date", String::new()),
            Some(instant) if instant.time() == chrono::NaiveTime::MIN => ("date", instant.date_naive().to_string()),
            Some(instant) => ("text", format::exact(instant)),
        };
        let (from, to) = (field(self.selection.from), field(self.selection.to));
        [
            ("from", "From (UTC, included)", from.0, from.1),
            ("to", "To (UTC, excluded)", to.0, to.1),
        ]
    }

    /// The repositories of the filter.
    pub(crate) fn choices(&self) -> Vec<Choice> {
        let choice = |name: &String| Choice {
            name: name.clone(),
            is_chosen: self.selection.repositories.contains(name),
        };
        self.repositories.iter().map(choice).collect()
    }

    /// Tells whether nothing was ever published.
    pub(crate) fn is_empty_lake(&self) -> bool {
        self.asked.as_ref().is_some_and(|asked| asked.publication == 0)
    }
}

/// How one builds a first lake; said wherever there is nothing to show yet.
pub(crate) const INGEST_COMMAND: &str =
    "plumbline ingest directory reports/ --repository owner/name --commit SHA --branch main --event push --run-id 1";

/// The span after the last publication that `window` reaches into; what happened there is not in the number.
pub(crate) fn is_partial(window: Window, published_at: Option<Timestamp>) -> bool {
    published_at.is_some_and(|published_at| window.to - published_at > chrono::TimeDelta::days(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    fn frame(query: &str) -> Frame {
        let selection = Selection::parse(Some(query)).unwrap();
        Frame::new("t", Section::Overview, "/kpi/x", selection).answering(&samples::asked())
    }

    #[test]
    fn a_page_can_be_pinned_and_unpinned() {
        let newest = frame("repository=o/r");
        assert_eq!(newest.pin(), Pin::Newest);
        let pinned = newest.pin_href().unwrap();
        assert_eq!(
            pinned,
            "/kpi/x?as_of=2026-11-24T00:00:00Z&publication=42&repository=o/r"
        );
        let pinned = frame(pinned.split_once('?').unwrap().1);
        assert_eq!(pinned.pin(), Pin::Pinned);
        assert_eq!(pinned.unpin_href(), "/kpi/x?repository=o/r");
        assert_eq!(frame("as_of=2026-11-01").pin(), Pin::Half);
    }

    #[test]
    fn every_link_keeps_the_selection() {
        let frame = frame("as_of=2026-11-24&publication=42&repository=o/r");
        for link in frame.navigation() {
            let query = link.href.split_once('?').unwrap().1;
            assert_eq!(query, "as_of=2026-11-24T00:00:00Z&publication=42&repository=o/r");
        }
    }
}
