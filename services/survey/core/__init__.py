"""The rules of surveys, pure."""
