#![doc = include_str!("../README.md")]

pub mod arguments;
pub mod commands;
pub mod config;
pub mod output;
pub mod run;
mod schedule;
