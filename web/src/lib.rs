#![doc = include_str!("../README.md")]

mod assets;
mod card;
mod chart;
mod deadline;
mod deliveries;
mod error;
mod format;
mod frame;
mod group;
mod pages;
mod preparation;
mod routes;
#[cfg(test)]
mod sample_controls;
#[cfg(test)]
mod sample_definitions;
#[cfg(test)]
mod sample_lists;
#[cfg(test)]
mod samples;
mod security;
mod selection;
mod server;
mod state;
mod table;
mod timeline;
mod twin;
mod verdict;

pub use deliveries::{Deliveries, Delivery, Taken};
pub use preparation::{keep_prepared, recall};
pub use routes::router;
pub use server::{AddressRefused, check_address, serve};
pub use state::State;
