-- What was taken in, by repository and kind.
select
    repository,
    format,
    sum(case when completed_at >= {from} and completed_at < {to} then 1 else 0 end) as n,
    max(completed_at) as newest_at
from sources
group by repository, format
order by repository, format
