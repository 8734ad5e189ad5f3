"""How fast a release of 200,000 articles and 5 million mentions is added to and asked."""
