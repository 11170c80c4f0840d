//! The addresses, one line for each page.

use axum::Router;
use axum::http::Uri;
use axum::middleware::from_fn;
use axum::routing::{get, post};

use crate::assets::asset;
use crate::deliveries::deliver;
use crate::error::PageError;
use crate::pages::control::control;
use crate::pages::explain::explain;
use crate::pages::health::{livez, readyz};
use crate::pages::ingest::ingest;
use crate::pages::kpi::kpi;
use crate::pages::list::list;
use crate::pages::main::main;
use crate::pages::overview::overview;
use crate::pages::publications::publications;
use crate::pages::quarantine::quarantine;
use crate::pages::report::report;
use crate::pages::reports::reports;
use crate::pages::security::security;
use crate::pages::test::test;
use crate::security::guard;
use crate::state::State;

/// Every address; a twin is the same address with a suffix.
pub(crate) mod path {
    pub(crate) const OVERVIEW: &str = "/";
    pub(crate) const OVERVIEW_JSON: &str = "/overview.json";
    pub(crate) const OVERVIEW_CSV: &str = "/overview.csv";
    pub(crate) const MAIN: &str = "/main";
    pub(crate) const MAIN_JSON: &str = "/main.json";
    pub(crate) const MAIN_CSV: &str = "/main.csv";
    pub(crate) const QUARANTINE: &str = "/quarantine";
    pub(crate) const QUARANTINE_JSON: &str = "/quarantine.json";
    pub(crate) const QUARANTINE_CSV: &str = "/quarantine.csv";
    pub(crate) const SECURITY: &str = "/security";
    pub(crate) const SECURITY_JSON: &str = "/security.json";
    pub(crate) const SECURITY_CSV: &str = "/security.csv";
    pub(crate) const KPI: &str = "/kpi/{id}";
    pub(crate) const REPORTS: &str = "/reports";
    pub(crate) const REPORTS_JSON: &str = "/reports.json";
    pub(crate) const REPORTS_CSV: &str = "/reports.csv";
    pub(crate) const REPORT: &str = "/reports/{id}";
    pub(crate) const CONTROL: &str = "/control/{id}";
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
    pub(crate) const WEBHOOK: &str = "/webhooks/github";
    pub(crate) const LIVEZ: &str = "/livez";
    pub(crate) const READYZ: &str = "/readyz";

    /// All of them, in the order above.
    #[cfg(test)]
    pub(crate) const ALL: &[&str] = &[
        OVERVIEW,
        OVERVIEW_JSON,
        OVERVIEW_CSV,
        MAIN,
        MAIN_JSON,
        MAIN_CSV,
        QUARANTINE,
        QUARANTINE_JSON,
        QUARANTINE_CSV,
        SECURITY,
        SECURITY_JSON,
        SECURITY_CSV,
        KPI,
        REPORTS,
        REPORTS_JSON,
        REPORTS_CSV,
        REPORT,
        CONTROL,
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
        .route(path::MAIN, get(main))
        .route(path::MAIN_JSON, get(main))
        .route(path::MAIN_CSV, get(main))
        .route(path::QUARANTINE, get(quarantine))
        .route(path::QUARANTINE_JSON, get(quarantine))
        .route(path::QUARANTINE_CSV, get(quarantine))
        .route(path::SECURITY, get(security))
        .route(path::SECURITY_JSON, get(security))
        .route(path::SECURITY_CSV, get(security))
        .route(path::KPI, get(kpi))
        .route(path::REPORTS, get(reports))
        .route(path::REPORTS_JSON, get(reports))
        .route(path::REPORTS_CSV, get(reports))
        .route(path::REPORT, get(report))
        .route(path::CONTROL, get(control))
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
        .route(path::WEBHOOK, post(deliver))
        .route(path::LIVEZ, get(livez))
        .route(path::READYZ, get(readyz))
        .fallback(no_page)
        .layer(from_fn(guard))
        .with_state(state)
}

async fn no_page(uri: Uri) -> PageError {
    PageError::not_found(format!("Nothing is at `{}`.", uri.path()))
}
