"""The 问责 record at stats' door: grounds open it, people act on it, those concerned read and answer."""
