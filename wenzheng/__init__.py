"""The command `wenzheng` and the one-machine stack behind it."""
