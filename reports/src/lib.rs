#![doc = include_str!("../README.md")]

pub mod error;
mod files;
pub mod matrix;
mod pages;
pub mod report;
pub mod words;
