"""Copydesk: what is done to text. Pure functions and frames; knows neither Dagster nor Great Expectations."""
