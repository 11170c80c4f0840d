"""A pytest plugin: quarantine that does not gate, and reports that tell every execution of a retried test."""
