//! The stylesheet and the icon, part of the binary; their addresses carry a digest, so that browsers may keep them.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use domain::identity::Sha256Digest;

use crate::error::PageError;

/// The one stylesheet.
pub(crate) const STYLE: &str = include_str!("../assets/style.css");
/// The plumb bob.
const ICON: &str = include_str!("../assets/icon.svg");

const FOREVER: &str = "public, max-age=31536000, immutable";

/// Where pages find the stylesheet.
pub(crate) static STYLE_HREF: LazyLock<String> = LazyLock::new(|| href("style.css", STYLE));
/// Where pages find the icon.
pub(crate) static ICON_HREF: LazyLock<String> = LazyLock::new(|| href("icon.svg", ICON));

fn href(name: &str, content: &str) -> String {
    let digest = Sha256Digest::of(content.as_bytes()).to_string();
    format!("/assets/{name}?v={}", &digest[..16])
}

/// Serves a file of the binary.
pub(crate) async fn asset(Path(name): Path<String>) -> Result<Response, PageError> {
    let (content_type, content) = match name.as_str() {
        "style.css" => ("text/css; charset=utf-8", STYLE),
        "icon.svg" => ("image/svg+xml", ICON),
        _ => return Err(PageError::not_found(format!("There is no file `{name}`."))),
    };
    Ok(([(CONTENT_TYPE, content_type), (CACHE_CONTROL, FOREVER)], content).into_response())
}
