"""Milvus, the distributed engine: both searched sides of a generation in one collection."""
