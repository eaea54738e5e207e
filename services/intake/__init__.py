"""Takes in what people say and do, and answers only after it is stored."""
