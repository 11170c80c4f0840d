-- Analyses of code scanning
--
-- kind: stg
-- grain: repository, analysis_id
-- materialize: yes
--
-- `is_complete`: GitHub could read it, and says nothing of results that it left out.
select
    repository,
    analysis_id,
    created_at,
    first_value(reference order by source_sha256 desc) as reference,
    first_value(commit_sha order by source_sha256 desc) as commit_sha,
    first_value(tool order by source_sha256 desc) as tool,
    first_value(tool_family order by source_sha256 desc) as tool_family,
    first_value(category order by source_sha256 desc) as category,
    first_value(error order by source_sha256 desc) as error,
    first_value(warning order by source_sha256 desc) as warning,
    first_value(n_results order by source_sha256 desc) as n_results,
    first_value(error is null and warning is null order by source_sha256 desc) as is_complete
from raw.analyses
where known_at <= $known_at and created_at <= $as_of
group by repository, analysis_id, created_at
