"""Everything that speaks to Kafka: the seam to Faust, the producer, the overview, and the listening process."""
