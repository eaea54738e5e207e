"""Whose matter a post is: place, duty list, and the learned model beside them. Pure."""
