//! The object store under a lake: `file:` or `s3:`, seen from the lake's own root.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use futures::TryStreamExt as _;
use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt as _, PutMode, PutOptions, PutPayload};
use url::Url;

use crate::error::{Error, Result};

/// Parts of a multipart upload.
const PART_BYTES: usize = 8 << 20;

/// A lake's objects. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    objects: Arc<dyn ObjectStore>,
    url: Url,
}

/// Settings of `s3:` stores by their AWS names (`AWS_ENDPOINT_URL`, `AWS_REGION`, …), as cli read them.
pub type StoreOptions = BTreeMap<String, String>;

impl Store {
    /// Opens the store that `location` names: a path, `file:///path`, or `s3://bucket/prefix`.
    ///
    /// A local folder is made where it does not exist.
    pub fn open(location: &str, options: &StoreOptions) -> Result<Self> {
        let refused = |reason: String| Error::Url {
            url: location.to_owned(),
            reason,
        };
        match Url::parse(location) {
            Ok(url) if url.scheme() == "s3" => Self::open_s3(url, options),
            Ok(url) if url.scheme() == "file" => {
                let folder = url
                    .to_file_path()
                    .map_err(|()| refused("the path is not absolute".to_owned()))?;
                Self::open_folder(&folder).map_err(|error| refused(error.to_string()))
            }
            Ok(url) if url.scheme().len() > 1 => Err(refused(format!("the scheme `{}` is not known", url.scheme()))),
            _ => Self::open_folder(std::path::Path::new(location)).map_err(|error| refused(error.to_string())),
        }
    }

    /// Wraps a store that is already there; for tests with a store that misbehaves.
    pub fn from_objects(objects: Arc<dyn ObjectStore>, url: Url) -> Self {
        Self { objects, url }
    }

    fn open_folder(folder: &std::path::Path) -> std::io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let folder = folder.canonicalize()?;
        let objects = LocalFileSystem::new_with_prefix(&folder)?;
        let url = Url::from_directory_path(&folder).map_err(|()| std::io::Error::other("not an absolute path"))?;
        Ok(Self {
            objects: Arc::new(objects),
            url,
        })
    }

    fn open_s3(mut url: Url, options: &StoreOptions) -> Result<Self> {
        let refused = |reason: String| Error::Url {
            url: url.to_string(),
            reason,
        };
        let Some(bucket) = url.host_str().filter(|bucket| !bucket.is_empty()) else {
            return Err(refused("it names no bucket".to_owned()));
        };
        let mut builder = AmazonS3Builder::new().with_bucket_name(bucket);
        for (name, value) in options {
            let name = name.to_ascii_lowercase();
            if name.contains("unsafe_rename") {
                return Err(refused("unsafe renames lose commits; unset that option".to_owned()));
            }
            if let Ok(key) = name.parse::<AmazonS3ConfigKey>() {
                builder = builder.with_config(key, value);
            }
        }
        let s3 = builder.build().map_err(|error| refused(error.to_string()))?;
        let prefix = Path::from(url.path().trim_matches('/'));
        if !url.path().ends_with('/') {
            url.set_path(&format!("{}/", url.path()));
        }
        Ok(Self {
            objects: Arc::new(PrefixStore::new(s3, prefix)),
            url,
        })
    }

    /// The store as DataFusion and Delta take it.
    pub fn objects(&self) -> Arc<dyn ObjectStore> {
        Arc::clone(&self.objects)
    }

    /// Where the lake lies; ends in `/`.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Reads a whole object.
    pub async fn get(&self, path: &Path) -> Result<Bytes> {
        let result = self.objects.get(path).await.map_err(Error::store(path))?;
        result.bytes().await.map_err(Error::store(path))
    }

    /// Reads a whole object, or nothing where there is none.
    pub async fn get_if_exists(&self, path: &Path) -> Result<Option<Bytes>> {
        match self.get(path).await {
            Ok(bytes) => Ok(Some(bytes)),
            Err(Error::Store { source, .. }) if matches!(*source, object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Puts an object, over another where there is one.
    pub async fn put(&self, path: &Path, bytes: Bytes) -> Result<()> {
        self.objects
            .put(path, PutPayload::from_bytes(bytes))
            .await
            .map_err(Error::store(path))?;
        Ok(())
    }

    /// Puts an object where there is none; false where there was one already.
    pub async fn put_if_absent(&self, path: &Path, bytes: Bytes) -> Result<bool> {
        let options = PutOptions::from(PutMode::Create);
        match self
            .objects
            .put_opts(path, PutPayload::from_bytes(bytes), options)
            .await
        {
            Ok(_) => Ok(true),
            Err(object_store::Error::AlreadyExists { .. } | object_store::Error::Precondition { .. }) => Ok(false),
            Err(error) => Err(Error::store(path)(error)),
        }
    }

    /// Puts a file under a content-addressed name, in parts where it is large; nothing where it is there already.
    pub async fn put_content(&self, path: &Path, file: &std::path::Path) -> Result<()> {
        let bytes = std::fs::metadata(file)?.len();
        match self.objects.head(path).await {
            Ok(meta) if meta.size == bytes => return Ok(()),
            Ok(_) | Err(object_store::Error::NotFound { .. }) => {}
            Err(error) => return Err(Error::store(path)(error)),
        }
        if bytes <= PART_BYTES as u64 {
            return self.put(path, Bytes::from(std::fs::read(file)?)).await;
        }
        let mut upload = self.objects.put_multipart(path).await.map_err(Error::store(path))?;
        let mut input = std::fs::File::open(file)?;
        loop {
            let mut part = Vec::with_capacity(PART_BYTES);
            std::io::Read::read_to_end(&mut std::io::Read::take(&mut input, PART_BYTES as u64), &mut part)?;
            if part.is_empty() {
                break;
            }
            upload
                .put_part(PutPayload::from(part))
                .await
                .map_err(Error::store(path))?;
        }
        upload.complete().await.map_err(Error::store(path))?;
        Ok(())
    }

    /// Tells whether an object is there.
    pub async fn exists(&self, path: &Path) -> Result<bool> {
        match self.objects.head(path).await {
            Ok(_) => Ok(true),
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(Error::store(path)(error)),
        }
    }

    /// Deletes an object; one that is gone already is no error.
    pub async fn delete(&self, path: &Path) -> Result<()> {
        match self.objects.delete(path).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(Error::store(path)(error)),
        }
    }

    /// Lists the objects under a folder, in the order of their paths.
    pub async fn list(&self, folder: &str) -> Result<Vec<ObjectMeta>> {
        let folder = Path::from(folder);
        let mut found: Vec<_> = self
            .objects
            .list(Some(&folder))
            .try_collect()
            .await
            .map_err(Error::store(&folder))?;
        found.sort_by(|a, b| a.location.cmp(&b.location));
        Ok(found)
    }

    /// Lists the numbered objects of a folder above `after`, in the order of their numbers.
    pub async fn list_numbers(&self, folder: &str, after: u64) -> Result<Vec<u64>> {
        let prefix = Path::from(folder);
        let offset = Path::from(format!("{folder}/{after:020}.json"));
        let stream = self.objects.list_with_offset(Some(&prefix), &offset);
        let found: Vec<_> = stream.try_collect().await.map_err(Error::store(&prefix))?;
        let mut numbers: Vec<_> = found
            .iter()
            .filter_map(|meta| crate::layout::number(&meta.location))
            .collect();
        numbers.sort_unstable();
        Ok(numbers)
    }
}
