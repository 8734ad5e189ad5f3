"""Which passages are told for a site's own, on made-up sites, and what telling them costs."""
