"""The one-machine stack: Kafka, PostgreSQL and the services as child processes of one manager."""
