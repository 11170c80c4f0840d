-- Artifacts and what mirrors them
--
-- kind: list
-- spec: CI/CL-001 §16
-- grain: repository, artifact_id, bucket, key, version_id
-- columns: repository: where
-- columns: run_id: the run
-- columns: artifact_id: GitHub's id
-- columns: name: its name
-- columns: created_at: when it was uploaded to GitHub
-- columns: state: how the mirror compares, in a word
-- columns: bucket: where it is mirrored; empty: nowhere
-- columns: key: its key there
-- columns: version_id: its version there
-- columns: size_bytes: its size on GitHub
-- columns: mirrored_bytes: its size in the mirror
-- columns: storage_class: where S3 keeps it
-- columns: archived_at: when it was first seen in Glacier
-- columns: kms_key_manager: `customer`: configuration names its key; `unproven`: only KMS could tell; empty: no KMS
-- columns: read_at: when it was last read back
-- columns: read_outcome: what that gave
--
-- Uploaded in the window, the newest first; each current object of the same run and name. `state` is `missing`;
-- `size_differs`; `digest_differs`, `equal`: against the digest that GitHub states, by the bytes that were read back,
-- else by S3's own digest; `claimed`: by the uploader's word alone; `unproven`: no digest on one of the sides.
--
-- limits: an object that neither key nor metadata gives to a run mirrors nothing here. An artifact whose attempt GitHub
-- does not tell is compared with the objects of every attempt.
select
    repository,
    run_id,
    artifact_id,
    name,
    created_at,
    state,
    bucket,
    key,
    version_id,
    size_bytes,
    mirrored_bytes,
    storage_class,
    archived_at,
    kms_key_manager,
    read_at,
    read_outcome
from mart.mirrored_artifacts
where $from <= created_at and created_at < $to
order by created_at desc, repository, artifact_id, bucket, key, version_id
