//! The list of the controls of CI/CL-001, `sql/controls.toml`: every one of them is computed, rolls others up, or says
//! what it needs.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Deserialize;

use crate::definition::Definition;
use crate::error::{Error, Result};

/// Its path under `sql/`.
pub(crate) const FILE: &str = "controls.toml";

/// One control of CI/CL-001.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Control {
    /// Its id: `cicl-07.03`.
    pub id: String,
    /// The words of the clause.
    pub clause: String,
    /// Architecture decisions that it belongs to: `adr-008`, `adr-008n` (the narrow reading), `adr-009`, `adr-010`.
    pub adr: Vec<String>,
    /// What one subject is: a repository, a run, a pull request.
    pub unit: String,
    /// How it is answered.
    pub answered: Answered,
}

/// An architecture decision that controls belong to (CI/CL-001 §17).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// Its id, which is that of its report: `adr-008`.
    pub id: String,
    /// Its name, for people.
    pub title: String,
    /// How the clause that maps controls to it is read.
    pub reading: String,
}

/// What the list holds.
#[derive(Debug, Clone, Default)]
pub(crate) struct List {
    pub(crate) controls: Vec<Arc<Control>>,
    pub(crate) decisions: Vec<Arc<Decision>>,
}

/// How a control is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answered {
    /// By a relation of `sql/control`.
    Computed(Arc<Definition>),
    /// By the controls of an architecture decision.
    RollsUp(String),
    /// Not yet: it needs evidence that is not collected.
    Needs(String),
}

impl Control {
    /// Whether somebody may mean this one: by id, number or relation.
    pub(crate) fn is_called(&self, name: &str) -> bool {
        let is_relation = matches!(&self.answered, Answered::Computed(definition) if definition.id == name);
        is_relation || self.id == name || self.id.strip_prefix("cicl-") == Some(name)
    }

    /// The section of CI/CL-001, as `CI/CL-001 §7`.
    pub fn section(&self) -> String {
        let number = self.id.strip_prefix("cicl-").unwrap_or_default();
        let section = number.split('.').next().unwrap_or_default();
        format!("CI/CL-001 §{}", section.trim_start_matches('0'))
    }

    /// Its relation, where it is computed.
    pub fn definition(&self) -> Option<&Arc<Definition>> {
        match &self.answered {
            Answered::Computed(definition) => Some(definition),
            Answered::RollsUp(_) | Answered::Needs(_) => None,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawList {
    #[serde(default)]
    decision: Vec<Decision>,
    #[serde(default)]
    control: Vec<RawControl>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawControl {
    id: String,
    clause: String,
    #[serde(default)]
    adr: Vec<String>,
    unit: String,
    rolls_up: Option<String>,
    needs: Option<String>,
}

/// Reads the list and gives each control its relation. A control is answered in exactly one way, and belongs to decisions
/// that are listed.
pub(crate) fn parse(text: &str, computed: &[Arc<Definition>]) -> Result<List> {
    let wrong = |id: &str, reason: String| Error::Catalog {
        path: FILE.to_owned(),
        line: line_of(text, id),
        reason,
    };
    let list: RawList = toml::from_str(text).map_err(|error| wrong("", error.to_string()))?;
    let decisions: Vec<_> = list.decision.into_iter().map(Arc::new).collect();
    let mut known = BTreeSet::new();
    let mut controls = Vec::new();
    for raw in list.control {
        let id = raw.id;
        let is_listed = |adr: &&String| decisions.iter().any(|decision| decision.id == **adr);
        if let Some(adr) = raw.adr.iter().chain(&raw.rolls_up).find(|adr| !is_listed(adr)) {
            return Err(wrong(
                &id,
                format!("the control `{id}` belongs to `{adr}`, which is no [[decision]]"),
            ));
        }
        if !known.insert(id.clone()) {
            return Err(wrong(&id, format!("the control `{id}` stands twice")));
        }
        let mut relations = computed.iter().filter(|definition| header_id(definition) == Some(&id));
        let relation = relations.next();
        if let Some(second) = relations.next() {
            return Err(wrong(
                &id,
                format!("the control `{id}` is also computed by sql/{}", second.path),
            ));
        }
        let answered = match (relation, raw.rolls_up, raw.needs) {
            (Some(definition), None, None) => Answered::Computed(Arc::clone(definition)),
            (None, Some(adr), None) => Answered::RollsUp(adr),
            (None, None, Some(needs)) => Answered::Needs(needs),
            (None, None, None) => {
                return Err(wrong(
                    &id,
                    format!("no file computes the control `{id}`; say what it `needs`"),
                ));
            }
            _ => {
                return Err(wrong(
                    &id,
                    format!("the control `{id}` is answered twice; keep one of its file, `rolls_up` and `needs`"),
                ));
            }
        };
        if let Answered::Computed(definition) = &answered
            && definition.control.as_ref().is_some_and(|header| header.adr != raw.adr)
        {
            let path = &definition.path;
            return Err(wrong(
                &id,
                format!("the control `{id}` has another `adr` in sql/{path}"),
            ));
        }
        controls.push(Arc::new(Control {
            id,
            clause: raw.clause,
            adr: raw.adr,
            unit: raw.unit,
            answered,
        }));
    }
    for definition in computed {
        if let Some(id) = header_id(definition)
            && !known.contains(id)
        {
            return Err(wrong(
                "",
                format!("the control `{id}` of sql/{} is not in the list", definition.path),
            ));
        }
    }
    Ok(List { controls, decisions })
}

fn header_id(definition: &Definition) -> Option<&String> {
    definition.control.as_ref().map(|header| &header.id)
}

fn line_of(text: &str, id: &str) -> usize {
    let line = format!("id = \"{id}\"");
    text.lines().position(|found| found == line).map_or(1, |line| line + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;

    const DECISIONS: &str = "[[decision]]\nid = \"adr-008\"\ntitle = \"t\"\nreading = \"r\"\n\
                             [[decision]]\nid = \"adr-009\"\ntitle = \"t\"\nreading = \"r\"\n";
    const LIST: &str =
        "[[control]]\nid = \"cicl-07.03\"\nclause = \"Coverage.\"\nadr = [\"adr-008\"]\nunit = \"run\"\n";
    const CONTROL: &str = "-- T\n--\n-- kind: control\n-- spec: CI/CL-001 §7\n-- adr: adr-008\n-- control: cicl-07.03\n\
                           -- grain: subject\n-- severity: high\n-- remediation: Test more.\n-- lifecycle: active\n--\n\
                           -- Prose.\nselect 1 as subject\n";

    fn says(list: &str, control: Option<&str>) -> String {
        let mut files = vec![(FILE.to_owned(), format!("{DECISIONS}{list}"))];
        files.extend(control.map(|text| ("control/c07_03_coverage.sql".to_owned(), text.to_owned())));
        Catalog::parse(files).map_or_else(|error| error.to_string(), |_| "it holds".to_owned())
    }

    #[test]
    fn a_control_is_answered_in_exactly_one_way() {
        assert_eq!(says(LIST, Some(CONTROL)), "it holds");
        let needs = format!("{LIST}needs = \"logs\"\n");
        assert_eq!(says(&needs, None), "it holds");
        for (list, control, reason) in [
            (
                LIST,
                None,
                "sql/controls.toml:10: no file computes the control `cicl-07.03`",
            ),
            (
                needs.as_str(),
                Some(CONTROL),
                "sql/controls.toml:10: the control `cicl-07.03` is answered twice",
            ),
            ("", Some(CONTROL), "is not in the list"),
            (&LIST.replace("adr-008", "adr-009"), Some(CONTROL), "has another `adr`"),
            (&LIST.repeat(2), Some(CONTROL), "stands twice"),
            (
                &LIST.replace("adr-008", "adr-011"),
                Some(CONTROL),
                "belongs to `adr-011`, which is no [[decision]]",
            ),
            (
                LIST,
                Some(&CONTROL.replace("cicl-07.03", "cicl-07.04")),
                "is named `c07_04_…`",
            ),
            (
                LIST,
                Some(&CONTROL.replace("severity: high", "severity: fail")),
                "`severity` is one of: critical",
            ),
        ] {
            let found = says(list, control);
            assert!(found.contains(reason), "{found}");
        }
    }

    #[test]
    fn a_control_is_found_by_id_number_and_relation() {
        let files = [
            (FILE.to_owned(), format!("{DECISIONS}{LIST}")),
            ("control/c07_03_coverage.sql".to_owned(), CONTROL.to_owned()),
        ];
        let catalog = Catalog::parse(files).unwrap();
        for name in ["cicl-07.03", "07.03", "c07_03_coverage"] {
            assert_eq!(catalog.control(name).unwrap().section(), "CI/CL-001 §7");
        }
        assert!(catalog.control("07.3").is_err());
    }
}
