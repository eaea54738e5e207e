"""What is said: the facts, the topics they are said in, and the bytes they travel as."""
