"""The front end inside WeChat: a conversation in which people prove their telephone, post, ask and rate."""
