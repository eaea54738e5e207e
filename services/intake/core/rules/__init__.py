"""What each act does to a case: refuse with a remedy, or say what happened. Pure.

Who may act, and at which step, is checked by the table of acts before any rule here is asked.
"""
