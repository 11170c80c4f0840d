//! Every stay in quarantine beside the truth.

use std::collections::BTreeSet;

use demo::truth::Truth;
use demo::truth::quarantines::Quarantine;
use domain::clock::{Timestamp, format_timestamp};
use query::answer::{Cell, Table};
use query::engine::Engine;

use super::{Compared, or_dash, question, sets};

/// Compares the list of quarantines with the stays that the simulation wrote down.
pub(super) async fn check(engine: &Engine, truth: &Truth) -> anyhow::Result<Compared> {
    let table = engine.list("quarantines", &question(truth.as_of)).await?;
    let stays = truth
        .repositories
        .iter()
        .flat_map(|of| of.quarantines.iter().map(|stay| expected(&of.repository, stay)));
    let rows: BTreeSet<String> = table.rows.iter().map(|row| found(&table, row)).collect();
    Ok(sets(stays.collect(), &rows))
}

/// GitHub states instants in whole seconds.
fn second(at: Timestamp) -> String {
    format_timestamp(chrono::SubsecRound::trunc_subsecs(at, 0))
}

fn expected(repository: &str, stay: &Quarantine) -> String {
    format!(
        "{repository} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {}",
        stay.class_name,
        stay.name,
        stay.tagged_by,
        second(stay.tagged_at),
        second(stay.started_at),
        second(stay.due_at),
        or_dash(stay.ticket),
        stay.is_extended,
        or_dash(stay.released_at.map(second)),
        stay.n_clean,
        stay.state,
        stay.is_breached,
    )
}

fn found(table: &Table, row: &[Cell]) -> String {
    const COLUMNS: [&str; 13] = [
        "repository",
        "class_name",
        "name",
        "tagged_by",
        "tagged_at",
        "started_at",
        "due_at",
        "ticket",
        "is_extended",
        "released_at",
        "n_clean",
        "state",
        "is_breached",
    ];
    let text = |name: &str| {
        let place = table.columns.iter().position(|column| column.name == name);
        match place.and_then(|place| row.get(place)) {
            None | Some(Cell::Null) => "–".to_owned(),
            // The truth knows the number of a ticket.
            Some(Cell::Text(text)) if name == "ticket" => text.rsplit('/').next().unwrap_or_default().to_owned(),
            Some(Cell::Text(text)) => text.clone(),
            Some(Cell::Integer(value)) => value.to_string(),
            Some(Cell::Float(value)) => value.to_string(),
            Some(Cell::Boolean(value)) => value.to_string(),
            Some(Cell::Time(at)) => second(*at),
        }
    };
    COLUMNS.map(text).join(" | ")
}
