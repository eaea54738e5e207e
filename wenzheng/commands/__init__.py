"""What a person types after `wenzheng`: a file a command, or a file a group of them."""
