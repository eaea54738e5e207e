"""The rules of debates, pure."""
