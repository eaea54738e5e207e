"""Who is told what, by which channel, and how a notice ends. Pure."""
