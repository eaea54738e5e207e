"""The 通报: figures frozen, written about, shown to those concerned, and issued. Pure."""
