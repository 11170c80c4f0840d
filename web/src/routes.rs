//! The addresses, one line for each page.

use axum::Router;
use axum::http::Uri;
use axum::middleware::from_fn;
use axum::routing::get;

use crate::assets::asset;
use crate::error::PageError;
use crate::pages::explain::explain;
use crate::pages::health::{livez, readyz};
use crate::pages::ingest::ingest;
use crate::pages::kpi::kpi;
use crate::pages::list::list;
use crate::pages::overview::overview;
use crate::pages::publications::publications;
use crate::pages::test::test;
use crate::security::guard;
use crate::state::State;

/// Every address; a twin is the same address with a suffix.
pub(crate) mod path {
    pub(crate) const OVERVIEW: &str = "/";
    pub(crate) const OVERVIEW_JSON: &str = "/overview.json";
    pub(crate) const OVERVIEW_CSV: &str = "/overview.csv";
    pub(crate) const KPI: &str = "/kpi/{id}";
    pub(crate) const LIST: &str = "/list/{id}";
    pub(crate) const TEST: &str = "/tests/{id}";
    pub(crate) const EXPLAIN: &str = "/explain/{kind}/{id}";
    pub(crate) const INGEST: &str = "/ingest";
    pub(crate) const INGEST_JSON: &str = "/ingest.json";
    pub(crate) const INGEST_CSV: &str = "/ingest.csv";
    pub(crate) const PUBLICATIONS: &str = "/publications";
    pub(crate) const PUBLICATIONS_JSON: &str = "/publications.json";
    pub(crate) const PUBLICATIONS_CSV: &str = "/publications.csv";
    pub(crate) const ASSET: &str = "/assets/{name}";
    pub(crate) const LIVEZ: &str = "/livez";
    pub(crate) const READYZ: &str = "/readyz";

    /// All of them, in the order above.
    #[cfg(test)]
    pub(crate) const ALL: &[&str] = &[
        OVERVIEW,
        OVERVIEW_JSON,
        OVERVIEW_CSV,
        KPI,
        LIST,
        TEST,
        EXPLAIN,
        INGEST,
        INGEST_JSON,
        INGEST_CSV,
        PUBLICATIONS,
        PUBLICATIONS_JSON,
        PUBLICATIONS_CSV,
        ASSET,
        LIVEZ,
        READYZ,
    ];
}

/// Every page over `state`, behind the check of the host's name.
pub fn router(state: State) -> Router {
    Router::new()
        .route(path::OVERVIEW, get(overview))
        .route(path::OVERVIEW_JSON, get(overview))
        .route(path::OVERVIEW_CSV, get(overview))
        .route(path::KPI, get(kpi))
        .route(path::LIST, get(list))
        .route(path::TEST, get(test))
        .route(path::EXPLAIN, get(explain))
        .route(path::INGEST, get(ingest))
        .route(path::INGEST_JSON, get(ingest))
        .route(path::INGEST_CSV, get(ingest))
        .route(path::PUBLICATIONS, get(publications))
        .route(path::PUBLICATIONS_JSON, get(publications))
        .route(path::PUBLICATIONS_CSV, get(publications))
        .route(path::ASSET, get(asset))
        .route(path::LIVEZ, get(livez))
        .route(path::READYZ, get(readyz))
        .fallback(no_page)
        .layer(from_fn(guard))
        .with_state(state)
}

async fn no_page(uri: Uri) -> PageError {
    PageError::not_found(format!("Nothing is at `{}`.", uri.path()))
}
