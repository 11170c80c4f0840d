-- Reviews of merged pull requests
--
-- kind: stg
-- grain: repository, number, position
-- materialize: yes
--
-- Listed once after the merge; where it was listed twice, one list counts. A pull request without a review is one row
-- without `review_id`, one that is not listed has no row. `state` is that of the listing: what was approved and
-- dismissed since is `DISMISSED`, and nothing tells what it was, or when.
with
chosen as (
    select repository, number, min(source_sha256) as source_sha256
    from raw.pull_request_reviews
    where known_at <= $known_at and merged_at <= $as_of
    group by repository, number
)
select
    reviews.repository,
    reviews.number,
    reviews.position,
    reviews.merged_at,
    reviews.review_id,
    reviews.author,
    reviews.state,
    reviews.commit_sha,
    reviews.submitted_at
from raw.pull_request_reviews as reviews
inner join chosen
    on reviews.repository = chosen.repository
    and reviews.number = chosen.number
    and reviews.source_sha256 = chosen.source_sha256
where reviews.known_at <= $known_at and reviews.merged_at <= $as_of
