//! Held for every page at once: it renders, it escapes, its links lead somewhere, nobody is locked out.

use std::collections::BTreeMap;

use askama::Template;
use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use axum::routing::get;
use hyper::service::Service as _;
use hyper_util::service::TowerToHyperService;

use super::{
    control, explain, ingest, kpi, list, main, overview, problem, publications, quarantine, report, reports, security,
    test,
};
use crate::assets::STYLE;
use crate::routes::path;
use crate::samples;

fn rendered() -> Vec<(&'static str, String)> {
    fn all<P: Template>(pages: Vec<(&'static str, P)>) -> Vec<(&'static str, String)> {
        pages
            .into_iter()
            .map(|(name, page)| (name, page.render().unwrap()))
            .collect()
    }
    let mut pages = all(overview::samples());
    pages.extend(all(main::samples()));
    pages.extend(all(quarantine::samples()));
    pages.extend(all(security::samples()));
    pages.extend(all(kpi::samples()));
    pages.extend(all(reports::samples()));
    pages.extend(all(report::samples()));
    pages.extend(all(control::samples()));
    pages.extend(all(list::samples()));
    pages.extend(all(test::samples()));
    pages.extend(all(explain::samples()));
    pages.extend(all(ingest::samples()));
    pages.extend(all(publications::samples()));
    pages.extend(all(problem::samples()));
    pages
}

/// The values of an attribute, unescaped as far as ours go.
fn attributes<'a>(html: &'a str, name: &str) -> Vec<&'a str> {
    let start = format!(" {name}=\"");
    html.split(start.as_str())
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect()
}

#[test]
fn every_page_renders_its_samples() {
    for (name, html) in rendered() {
        assert_eq!(html.matches("<h1").count(), 1, "{name}: one h1");
        for part in [
            "<html lang=\"en\">",
            "<title>",
            "class=\"skip\" href=\"#main\"",
            "<main id=\"main\"",
            "<nav aria-label",
        ] {
            assert!(html.contains(part), "{name}: {part}");
        }
        assert!(
            !html.contains("NaN") && !html.contains("<script") && !html.contains(" style="),
            "{name}"
        );
        assert_eq!(
            html.matches("<table").count(),
            html.matches("<caption").count(),
            "{name}: captions"
        );
        assert_eq!(
            html.matches("<table").count(),
            html.matches("class=\"scroll\" role=\"region\"").count(),
            "{name}"
        );
    }
}

#[test]
fn a_hostile_name_stays_text_on_every_page() {
    let escaped = "&#60;script&#62;alert(&#34;x&#34;)&#60;/script&#62;&#39;&#38;amp;";
    let hostile: Vec<_> = rendered()
        .into_iter()
        .filter(|(_, html)| html.contains(escaped))
        .map(|(name, _)| name)
        .collect();
    for page in [
        "overview",
        "main",
        "quarantine",
        "security",
        "kpi",
        "reports",
        "report",
        "control",
        "list",
        "test",
        "explain",
        "ingest",
        "publications",
        "problem",
    ] {
        assert!(
            hostile.iter().any(|name| name.starts_with(page)),
            "{page}: no sample holds a hostile text: {hostile:?}"
        );
    }
}

#[test]
fn ids_of_a_page_are_its_own() {
    for (name, html) in rendered() {
        let mut ids = attributes(&html, "id");
        ids.sort_unstable();
        let n_ids = ids.len();
        ids.dedup();
        assert_eq!(ids.len(), n_ids, "{name}");
        for fragment in attributes(&html, "href")
            .into_iter()
            .filter_map(|href| href.strip_prefix('#'))
        {
            assert!(ids.contains(&fragment), "{name}: #{fragment}");
        }
    }
}

/// A router with the same addresses that answers without an engine.
fn addresses() -> TowerToHyperService<Router> {
    let router = path::ALL
        .iter()
        .fold(Router::new(), |router, path| router.route(path, get(|| async {})));
    TowerToHyperService::new(router)
}

#[tokio::test]
async fn every_link_leads_to_a_route() {
    let routes = addresses();
    let mut n_links = 0;
    for (name, html) in rendered() {
        let links = attributes(&html, "href").into_iter().chain(attributes(&html, "action"));
        for link in links.filter(|link| link.starts_with('/')) {
            let address = link.split('#').next().unwrap_or_default().replace("&#38;", "&");
            let request = Request::get(&address).body(Body::empty()).unwrap();
            let response = routes.call(request).await.unwrap();
            assert_eq!(response.status(), StatusCode::OK, "{name}: {link}");
            n_links += 1;
        }
    }
    assert!(n_links > 500, "{n_links}");
}

#[test]
fn every_link_of_a_pinned_page_keeps_the_pin() {
    for (name, html) in rendered().into_iter().filter(|(name, _)| name.starts_with("kpi_met")) {
        let unpin = "/kpi/flaky_test_rate";
        for link in attributes(&html, "href")
            .into_iter()
            .filter(|link| link.starts_with('/'))
        {
            let is_pinned = link.contains("as_of=2026-11-24T00:00:00Z&#38;publication=42");
            assert!(
                is_pinned || link.starts_with("/assets/") || link == unpin,
                "{name}: {link}"
            );
        }
    }
}

#[test]
fn json_keeps_the_order_of_its_keys() {
    let mut answer = samples::kpi_answer();
    answer.rows.truncate(1);
    answer.rows[0].excluded.truncate(1);
    let json = serde_json::to_string(&query::render::kpi_json(&answer)).unwrap();
    assert_eq!(
        json,
        "[{\"id\":\"flaky_test_rate\",\"definition_version\":1,\"repository\":null,\"from\":\"2026-11-10T00:00:00Z\",\
         \"to\":\"2026-11-24T00:00:00Z\",\"as_of\":\"2026-11-24T00:00:00Z\",\"known_at\":null,\"publication\":42,\
         \"value\":1.3725,\"unit\":\"percent\",\"n\":1530,\"low\":0.9014,\"high\":2.0847,\"separable\":false,\
         \"target\":{\"comparison\":\"<\",\"limit\":2.0,\"basis\":\"CI/CL-001 §21 (spec)\"},\"verdict\":\"met\",\
         \"excluded\":[{\"reason\":\"fork\",\"n\":12}],\"companions\":{\"rate_by_execution\":null,\
         \"rate_without_quarantined\":1.1111,\"share_never_retried\":18.2}}]"
    );
    let json = serde_json::to_string(&query::render::table_json(&samples::flaky_table())).unwrap();
    assert!(
        json.contains("{\"repository\":\"neurocipher/console\",\"test_id\":\"aaaabbbbcc22\",\"suite\":"),
        "{json}"
    );
}

#[test]
fn csv_disarms_formulas_and_quotes() {
    let mut table = samples::flaky_table();
    table.rows.truncate(1);
    table.rows[0][4] = query::answer::Cell::Text("=HYPERLINK(\"http://evil\",\"x\")".to_owned());
    let csv = query::render::table_csv(&table);
    assert_eq!(
        csv,
        "repository,test_id,suite,class_name,name,grade,n_flaky,n_failed,n_passed,last_flaky_at,is_quarantined\r\n\
         neurocipher/console,aaaabbbbcc22,pytest,tests.test_session,\"'=HYPERLINK(\"\"http://evil\"\",\"\"x\"\")\",A,6,7,9,\
         2026-11-23T14:02:11Z,true\r\n"
    );
    let csv = query::render::kpi_csv(&samples::kpi_answer());
    let lines: Vec<_> = csv.lines().collect();
    assert_eq!(lines.len(), 6);
    assert!(
        lines[1].contains(",1.3725,percent,1530,0.9014,2.0847,false,<,2,CI/CL-001 §21 (spec),met,fork=12;"),
        "{csv}"
    );
}

/// The colour tokens of a block of the stylesheet.
fn tokens(css: &str) -> BTreeMap<&str, [f64; 3]> {
    let block = css.split('}').next().unwrap_or_default();
    let token = |line| {
        let (name, value) = str::split_once(line, ": ")?;
        let hex = value.trim_end_matches(';').strip_prefix('#')?;
        let channel = |at: usize| {
            u8::from_str_radix(hex.get(at..at + 2)?, 16)
                .ok()
                .map(|byte| f64::from(byte) / 255.0)
        };
        Some((name.trim().strip_prefix("--")?, [channel(0)?, channel(2)?, channel(4)?]))
    };
    block.lines().filter_map(token).collect()
}

/// Relative luminance of WCAG 2.2.
fn luminance(colour: [f64; 3]) -> f64 {
    let linear = colour.map(|c| {
        if c <= 0.04045 {
            c / 12.92
        } else {
            ((c + 0.055) / 1.055).powf(2.4)
        }
    });
    0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
}

#[test]
fn colours_contrast_in_both_themes() {
    let light = tokens(STYLE.split_once(":root {").unwrap().1);
    let dark = tokens(
        STYLE
            .split_once("(prefers-color-scheme: dark) {")
            .unwrap()
            .1
            .split_once(":root {")
            .unwrap()
            .1,
    );
    assert_eq!(light.keys().collect::<Vec<_>>(), dark.keys().collect::<Vec<_>>());
    let text = 4.5;
    let shape = 3.0;
    let mut pairs = vec![
        ("on-accent", "accent", text),
        ("edge", "surface", shape),
        ("edge", "ground", shape),
        ("missed", "surface", text),
        ("missed", "band", text),
        ("accent", "band", shape),
        ("on-shape", "missed", text),
        ("missed-mid", "surface", shape),
    ];
    for ground in ["ground", "surface", "sunken", "accent-soft", "undetermined-soft"] {
        pairs.extend([("ink", ground, text), ("muted", ground, text), ("accent", ground, text)]);
    }
    for verdict in [
        ["met", "met-soft"],
        ["missed", "missed-soft"],
        ["undetermined", "undetermined-soft"],
        ["no-data", "no-data-soft"],
    ] {
        pairs.extend([("ink", verdict[1], text), (verdict[0], verdict[1], text)]);
        pairs.extend([
            (verdict[0], "surface", text),
            (verdict[0], "sunken", text),
            ("on-shape", verdict[0], shape),
        ]);
    }
    for (theme, tokens) in [("light", light), ("dark", dark)] {
        for (front, back, least) in &pairs {
            let (a, b) = (luminance(tokens[front]), luminance(tokens[back]));
            let contrast = (a.max(b) + 0.05) / (a.min(b) + 0.05);
            assert!(
                contrast >= *least,
                "{theme}: {front} on {back} is {contrast:.2}, at least {least}"
            );
        }
    }
}
