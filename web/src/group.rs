//! Items of a board under the states that they are in, the most pressing state first.

use query::answer::Table;

use crate::format;
use crate::table::{Row, rows};

/// Items that a group shows; the list holds all of them.
const ITEMS_MAX: usize = 50;

/// A state with the items in it.
#[derive(Debug)]
pub(crate) struct Group<T> {
    /// Anchor.
    pub(crate) id: &'static str,
    pub(crate) title: &'static str,
    /// Class of the stylesheet.
    pub(crate) class: &'static str,
    /// Name of the shape.
    pub(crate) shape: &'static str,
    pub(crate) n: String,
    pub(crate) items: Vec<T>,
    /// How many are not shown; empty: none.
    pub(crate) n_more: String,
}

/// A state of a list, as a board names it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct State {
    /// The word in the column `state`.
    pub(crate) word: &'static str,
    pub(crate) title: &'static str,
    /// Class of the stylesheet.
    pub(crate) class: &'static str,
    /// Name of the shape.
    pub(crate) shape: &'static str,
}

/// Sorts the rows of `table` under `states`, each in the order of the list; a state without rows has an empty group.
pub(crate) fn groups<T>(table: &Table, states: &[State], item: impl Fn(Row<'_>) -> Option<T>) -> Vec<Group<T>> {
    let group = |state: &State| {
        let of_state = || rows(table).filter(|row| row.text("state") == state.word);
        let n = of_state().count();
        Group {
            id: state.word,
            title: state.title,
            class: state.class,
            shape: if n == 0 { "no-data" } else { state.shape },
            n: format::size(n as u64),
            items: of_state().filter_map(&item).take(ITEMS_MAX).collect(),
            n_more: match n.saturating_sub(ITEMS_MAX) {
                0 => String::new(),
                more => format::size(more as u64),
            },
        }
    };
    states.iter().map(group).collect()
}
