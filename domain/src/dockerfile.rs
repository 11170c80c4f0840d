//! What images are built from (CI/CL-001 §20).

/// What takes an image in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImageUse {
    /// `FROM`.
    Base,
    /// `COPY --from`, or `RUN --mount=from`.
    Copy,
}

impl ImageUse {
    /// The word in the column `use`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Base => "base",
            Self::Copy => "copy",
        }
    }
}

/// An image that a Dockerfile names. Natural key: its payload, `position`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DockerfileImage {
    /// Place among the images, from 0.
    pub position: i32,
    /// Line of the file, from 1.
    pub line: i64,
    /// The stage, from 0.
    pub stage: i32,
    /// Its name behind `AS`.
    pub stage_name: Option<String>,
    /// What takes it in.
    pub image_use: ImageUse,
    /// The image as written.
    pub written: String,
    /// The image with the defaults of `ARG` put in; null where one has none.
    pub image: Option<String>,
    /// The tag.
    pub tag: Option<String>,
    /// The digest, `sha256:…`.
    pub digest: Option<String>,
    /// It comes from outside: neither an earlier stage nor `scratch`.
    pub is_external: bool,
    /// Named by a whole digest; null where it is not external, or not known.
    pub is_pinned: Option<bool>,
    /// `latest`, written or meant; null likewise.
    pub is_latest: Option<bool>,
    /// `--platform`.
    pub platform: Option<String>,
}
