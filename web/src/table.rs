//! Lists as tables of a page: any list, its columns found by name, its cells shown by what they hold.

use query::answer::{Cell, Table};

use crate::format;
use crate::frame::Frame;

/// A table of a page.
#[derive(Debug, Clone)]
pub(crate) struct TableView {
    /// Names the region for those who cannot see it.
    pub(crate) caption: String,
    pub(crate) columns: Vec<ColumnView>,
    pub(crate) rows: Vec<RowView>,
}

/// A row, with the anchor by which a chart links to it.
#[derive(Debug, Clone)]
pub(crate) struct RowView {
    /// Empty: none.
    pub(crate) anchor: String,
    pub(crate) cells: Vec<CellView>,
}

/// A column's head.
#[derive(Debug, Clone)]
pub(crate) struct ColumnView {
    pub(crate) name: String,
    pub(crate) text: String,
    pub(crate) doc: String,
    pub(crate) is_number: bool,
}

/// A cell's text with what can be done with it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct CellView {
    /// Class of the stylesheet.
    pub(crate) class: &'static str,
    pub(crate) text: String,
    /// The whole of what the text abbreviates.
    pub(crate) whole: String,
    pub(crate) href: String,
    /// RFC 3339, where the text is an instant.
    pub(crate) datetime: String,
}

impl TableView {
    /// Shows `table`'s rows from `skip`, at most `take`; leaves out the columns `hidden`.
    pub(crate) fn new(frame: &Frame, table: &Table, caption: &str, range: (usize, usize), hidden: &[&str]) -> Self {
        let shown: Vec<usize> = (0..table.columns.len())
            .filter(|index| !hidden.contains(&table.columns[*index].name.as_str()))
            .collect();
        let column = |index: &usize| {
            let column = &table.columns[*index];
            let is_number = |row: &Vec<Cell>| matches!(row.get(*index), Some(Cell::Integer(_) | Cell::Float(_)));
            ColumnView {
                name: column.name.clone(),
                text: format::words(&column.name),
                doc: column.doc.clone(),
                is_number: !is_identifier(&column.name) && table.rows.iter().any(is_number),
            }
        };
        let cell = |index: &usize, row: &Vec<Cell>| {
            let name = &table.columns[*index].name;
            row.get(*index)
                .map(|cell| cell_view(frame, name, cell))
                .unwrap_or_default()
        };
        let (skip, take) = range;
        let row = |row: &Vec<Cell>| RowView {
            anchor: String::new(),
            cells: shown.iter().map(|index| cell(index, row)).collect(),
        };
        Self {
            caption: caption.to_owned(),
            columns: shown.iter().map(column).collect(),
            rows: table.rows.iter().skip(skip).take(take).map(row).collect(),
        }
    }

    /// The same table with the columns `names` first, what a reader looks for before scrolling.
    pub(crate) fn with_first(mut self, names: &[&str]) -> Self {
        let rank = |column: &ColumnView| {
            names
                .iter()
                .position(|name| *name == column.name)
                .unwrap_or(names.len())
        };
        let mut order: Vec<usize> = (0..self.columns.len()).collect();
        order.sort_by_key(|index| rank(&self.columns[*index]));
        self.columns = order.iter().map(|index| self.columns[*index].clone()).collect();
        for row in &mut self.rows {
            row.cells = order.iter().map(|index| row.cells[*index].clone()).collect();
        }
        self
    }

    /// The same table with the whole of what `column` abbreviates.
    pub(crate) fn whole(mut self, column: &str) -> Self {
        if let Some(index) = self.columns.iter().position(|view| view.name == column) {
            for cell in self.rows.iter_mut().filter_map(|row| row.cells.get_mut(index)) {
                if !cell.whole.is_empty() {
                    cell.text = std::mem::take(&mut cell.whole);
                }
            }
        }
        self
    }

    /// Whether any column says what it means.
    pub(crate) fn is_documented(&self) -> bool {
        self.columns.iter().any(|column| !column.doc.is_empty())
    }
}

/// Numbers that name something and are not counted with.
fn is_identifier(column: &str) -> bool {
    matches!(column, "run_id" | "run_attempt" | "execution") || column.ends_with("_id")
}

fn cell_view(frame: &Frame, column: &str, cell: &Cell) -> CellView {
    let plain = |text: String| CellView {
        text,
        ..CellView::default()
    };
    match cell {
        Cell::Null => CellView {
            class: "null",
            ..plain("–".to_owned())
        },
        Cell::Integer(number) if is_identifier(column) => CellView {
            class: "code",
            ..plain(number.to_string())
        },
        Cell::Integer(number) if column.ends_with("_ms") => CellView {
            class: "number",
            whole: format!("{number} ms"),
            ..plain(format::milliseconds(*number))
        },
        Cell::Integer(number) => CellView {
            class: "number",
            ..plain(format::count(*number))
        },
        Cell::Float(number) => CellView {
            class: "number",
            ..plain(format::value(*number, unit(column), None))
        },
        Cell::Boolean(true) if is_alarm(column) => CellView {
            class: "badge bad",
            ..plain("yes".to_owned())
        },
        Cell::Boolean(flag) => plain(if *flag { "yes" } else { "no" }.to_owned()),
        Cell::Time(instant) => CellView {
            class: "time",
            datetime: format::exact(*instant),
            ..plain(format::instant(*instant))
        },
        Cell::Text(text) => text_view(frame, column, text),
    }
}

/// The unit that a column's name tells; empty: none.
fn unit(column: &str) -> &'static str {
    match column {
        "seconds" => "seconds",
        _ if column.ends_with("_seconds") => "seconds",
        _ if column.starts_with("hours_") => "hours",
        _ if column.starts_with("days_") => "days",
        _ => "",
    }
}

/// Columns whose yes is bad news.
fn is_alarm(column: &str) -> bool {
    matches!(column, "is_breach" | "is_breached" | "is_silent")
}

fn text_view(frame: &Frame, column: &str, text: &str) -> CellView {
    let plain = CellView {
        text: text.to_owned(),
        ..CellView::default()
    };
    match column {
        "test_id" => CellView {
            class: "code",
            href: frame.test_href(text),
            ..plain
        },
        "repository" => CellView {
            class: "nowrap",
            ..plain
        },
        "ticket" if text.starts_with("https://") => CellView {
            href: text.to_owned(),
            ..plain
        },
        "outcome" | "status" | "grade" => CellView {
            class: badge(text),
            ..plain
        },
        "state" | "severity" => CellView {
            class: badge(text),
            text: text.replace('_', " "),
            ..plain
        },
        "name" => CellView {
            class: "code breakable name",
            ..plain
        },
        "class_name" => CellView {
            class: "code breakable class",
            ..plain
        },
        "path" | "suite" | "subject" | "checks" | "package" | "item" => CellView {
            class: "code breakable",
            ..plain
        },
        "message" | "warnings" | "reason" | "detail" => CellView {
            class: "prose",
            ..plain
        },
        _ if column.ends_with("sha256") || column.ends_with("_sha") || column == "opened_on" => CellView {
            class: "code",
            whole: text.to_owned(),
            text: format::short(text),
            ..plain
        },
        _ => plain,
    }
}

/// The class of a word that stands for a state; the word itself is always written.
fn badge(word: &str) -> &'static str {
    match word {
        "passed" | "complete" | "green" | "met" | "released_proven" => "badge good",
        "failed" | "error" | "refused" | "red" | "overdue" | "breached" | "late" | "critical" => "badge bad",
        "partial" | "A" | "released_unproven" | "high" => "badge warn",
        _ => "badge",
    }
}

/// The rows of a list with its columns found by name; a column that is not there reads as null.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row<'a> {
    table: &'a Table,
    cells: &'a [Cell],
}

/// The rows of `table`, to be read by the names of its columns.
pub(crate) fn rows(table: &Table) -> impl Iterator<Item = Row<'_>> {
    table.rows.iter().map(move |cells| Row { table, cells })
}

impl<'a> Row<'a> {
    /// The cell of a column; null if there is no such column.
    pub(crate) fn cell(self, name: &str) -> &'a Cell {
        let index = self.table.columns.iter().position(|column| column.name == name);
        index.and_then(|index| self.cells.get(index)).unwrap_or(&Cell::Null)
    }

    /// The text of a column; empty if it holds none.
    pub(crate) fn text(self, name: &str) -> &'a str {
        match self.cell(name) {
            Cell::Text(text) => text,
            _ => "",
        }
    }

    /// The number of a column; 0 if it holds none.
    pub(crate) fn integer(self, name: &str) -> i64 {
        match self.cell(name) {
            Cell::Integer(number) => *number,
            _ => 0,
        }
    }

    /// The measured or computed number of a column.
    pub(crate) fn float(self, name: &str) -> Option<f64> {
        match self.cell(name) {
            Cell::Float(number) => Some(*number),
            _ => None,
        }
    }

    /// The instant of a column.
    pub(crate) fn time(self, name: &str) -> Option<domain::clock::Timestamp> {
        match self.cell(name) {
            Cell::Time(instant) => Some(*instant),
            _ => None,
        }
    }

    /// Whether a column says yes.
    pub(crate) fn is(self, name: &str) -> bool {
        matches!(self.cell(name), Cell::Boolean(true))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::Section;
    use crate::samples;
    use crate::selection::Selection;

    #[test]
    fn a_list_links_its_tests_and_keeps_the_selection() {
        let selection = Selection::parse(Some("publication=42")).unwrap();
        let frame = Frame::new("t", Section::FlakyTests, "/list/flaky_tests", selection);
        let view = TableView::new(&frame, &samples::flaky_table(), "Flaky tests", (1, 2), &["suite"]);
        assert_eq!(view.rows.len(), 2);
        assert!(view.columns.iter().all(|column| column.name != "suite"));
        assert_eq!(view.rows[0].cells[1].href, "/tests/aaaabbbbcc33?publication=42");
        assert_eq!(view.rows[0].cells[3].text, samples::HOSTILE);
    }
}
