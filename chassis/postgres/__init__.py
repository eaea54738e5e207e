"""Everything that speaks to PostgreSQL: the store, its schema and migrations, kept answers, leadership."""
