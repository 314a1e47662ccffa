"""After the class: series from querysets, charts from series, one file an export."""
