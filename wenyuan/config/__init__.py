"""Settings, urls and the WSGI entry: the only place that knows every room and every door."""
